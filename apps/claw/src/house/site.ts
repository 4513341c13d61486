/** Where the built dashboard lies in a checkout: `scripts/build-dashboard.mjs` puts it there before a house starts. */
import { fileURLToPath } from "node:url";

export const SITE = fileURLToPath(new URL("../../../dashboard/dist", import.meta.url));
