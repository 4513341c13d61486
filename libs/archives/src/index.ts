export { ARCHIVE_BUCKET, type BucketSettings } from "./bucket.ts";
export { openDirectoryObjects } from "./directory.ts";
export {
  type ArchiveAt,
  keysOf,
  needlessKeys,
  PART_NAMES,
  partKey,
  type PartName,
  placeOf,
} from "./domain/keys.ts";
export { ensureBucket, openNatsObjects } from "./nats.ts";
export { isObjectKey, type ObjectStore, ObjectsUnavailable, type Written } from "./objects.ts";
export { MEDIA_TYPES, readPart } from "./read-part.ts";
