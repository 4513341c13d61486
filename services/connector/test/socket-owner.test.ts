/** Whose socket an app-server's is (DESIGN 14.20). */
import { symlinkSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { userInfo } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { nameIn, socketOwner } from "../src/surroundings/socket-owner.ts";
import { type Folder, makeFolder } from "./support.ts";

let folder: Folder;
let server: Server;
beforeEach(async () => {
  folder = makeFolder();
  server = createServer();
  await new Promise<void>((resolve) => server.listen(join(folder.path, "s.sock"), resolve));
});
afterEach(async () => {
  await new Promise((resolve) => server.close(resolve));
  folder.remove();
});

describe("the owner of a socket (DESIGN 14.20)", () => {
  it("is its unix user, by a link to it too", async () => {
    symlinkSync(join(folder.path, "s.sock"), join(folder.path, "link"));
    const own = userInfo().username;
    expect(await socketOwner(join(folder.path, "s.sock"))).toBe(own);
    expect(await socketOwner(join(folder.path, "link"))).toBe(own);
  });

  it("is nobody's where there is no socket: a file in its place says nothing", async () => {
    writeFileSync(join(folder.path, "file"), "");
    expect(await socketOwner(join(folder.path, "file"))).toBeNull();
    expect(await socketOwner(join(folder.path, "nothing"))).toBeNull();
  });

  it("has the name that the machine knows its number by", () => {
    const passwd =
      "root:x:0:0::/root:/bin/sh\n# odd\nann:x:1001:1001::/home/ann:/bin/sh\nbob:x:10011:1::/:/x\n";
    expect([0, 1_001, 10_011, 1, 100].map((uid) => nameIn(passwd, uid))).toEqual([
      "root",
      "ann",
      "bob",
      null,
      null,
    ]);
  });
});
