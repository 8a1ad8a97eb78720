import assert from "node:assert/strict";
import { chmod, readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openIdentity } from "../../../server/cloud/identity";
import { assertMccError } from "../../support/assert-error";
import { temporaryFolders } from "../../support/temporary-folder";

async function modeOf(path: string): Promise<string> {
  return ((await stat(path)).mode & 0o777).toString(8);
}

describe("who a daemon is", () => {
  const newFolder = temporaryFolders();

  it("is made up at the first start, and stays", async () => {
    const folder = await newFolder();
    const first = await openIdentity(folder);
    assert.match(first.serverId, /^[0-9a-f]{32}$/);
    assert.ok(first.token.length >= 32);
    assert.deepEqual(await openIdentity(folder), first);
    assert.deepEqual((await readdir(folder)).sort(), ["server-id", "token"]);
  });

  it("differs from folder to folder", async () => {
    const [one, other] = [await openIdentity(await newFolder()), await openIdentity(await newFolder())];
    assert.notEqual(one.serverId, other.serverId);
    assert.notEqual(one.token, other.token);
  });

  it("keeps its token from others, also where someone opened it", async () => {
    const folder = await newFolder();
    const { tokenPath } = await openIdentity(folder);
    await chmod(tokenPath, 0o666);
    await openIdentity(folder);
    assert.match(await modeOf(tokenPath), /^6[04]0$/);
  });

  it("takes a token of the operator's", async () => {
    const folder = await newFolder();
    await writeFile(join(folder, "token"), "the-operators-own-token\n");
    assert.equal((await openIdentity(folder)).token, "the-operators-own-token");
  });

  const damages: [string, string, RegExp][] = [
    ["server-id", "", /server-id holds no server id.*put back/],
    ["server-id", "not an id", /server-id holds no server id/],
    ["token", "", /token holds no token.*delete the file/],
    ["token", "two words of it", /token holds no token/],
  ];
  for (const [file, content, message] of damages) {
    it(`is not guessed when ${file} holds ${JSON.stringify(content)}`, async () => {
      const folder = await newFolder();
      await openIdentity(folder);
      await writeFile(join(folder, file), content);
      await assertMccError(openIdentity(folder), "invalid", message);
    });
  }
});
