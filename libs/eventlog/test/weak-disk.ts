/**
 * A disk whose power can be cut: ext4 on a loop device, stopped by EXT4_IOC_SHUTDOWN without flushing its journal. All I/O ends at once, what was
 * not synced is dropped, and mounting it again shows what a machine would find after its power came back.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished, vi } from "vitest";
import { temporaryFolder } from "./temporary.ts";

export interface WeakDisk {
  /** Where it is mounted. */
  readonly mount: string;
  readonly cutPower: () => void;
  /** Takes it out and in again. Whoever had files open on it must be gone. */
  readonly bringBack: () => Promise<void>;
}

const DISK_BYTES = 96 * 1_024 * 1_024;
/** EXT4_IOC_SHUTDOWN with EXT4_GOING_FLAGS_NOLOGFLUSH, of linux/fs/ext4/ext4.h. */
const CUT =
  'open(my $f, "<", $ARGV[0]) or die $!; my $how = pack("L", 2); ioctl($f, 0x8004587d, $how) or die $!;';

const sh = (command: string, ...args: readonly string[]): string =>
  execFileSync(command, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }).trim();

/** Makes, formats and mounts one, or answers null where this machine does not allow it. Taken down at the end of the test. */
export function makeWeakDisk(): WeakDisk | null {
  const folder = temporaryFolder();
  const [image, mount] = [join(folder, "disk.img"), join(folder, "mnt")];
  writeFileSync(image, "");
  truncateSync(image, DISK_BYTES);
  mkdirSync(mount);
  try {
    sh("mkfs.ext4", "-q", "-F", "-E", "lazy_itable_init=0,lazy_journal_init=0", image);
    const device = sh("losetup", "--find", "--show", image);
    onTestFinished(() => void sh("losetup", "--detach", device));
    sh("mount", device, mount);
    onTestFinished(() => unmount(mount));
    const anyFile = join(mount, "any");
    writeFileSync(anyFile, "");
    sh("sync", "--file-system", mount);
    return {
      mount,
      cutPower: () => void sh("perl", "-e", CUT, anyFile),
      bringBack: async () => {
        await unmount(mount);
        sh("mount", device, mount);
      },
    };
  } catch {
    return null;
  }
}

/** The kernel may hold a mount for a moment after its last user died. */
const unmount = (mount: string): Promise<void> =>
  vi.waitFor(() => void sh("umount", mount), { timeout: 10_000 });
