import assert from "node:assert/strict";
import { chmod, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import pino from "pino";
import { type Identity, openIdentity } from "../../../../server/cloud/state/identity";
import { LateWrites } from "../../../../server/cloud/state/late-writes";
import { assertMccError } from "../../../support/assert-error";
import { silentDamage } from "../../../support/files/silent-damage";
import { temporaryFolders } from "../../../support/files/temporary-folder";

const lateWrites = new LateWrites(pino({ level: "silent" }));

async function modeOf(path: string): Promise<string> {
  return ((await stat(path)).mode & 0o777).toString(8);
}

async function open(folder: string): Promise<Identity> {
  return await openIdentity(folder, silentDamage(folder), lateWrites);
}

describe("the identity of a daemon", () => {
  const newFolder = temporaryFolders();

  it("is generated at the first start, and does not change", async () => {
    const folder = await newFolder();
    const first = await open(folder);
    assert.match(first.serverId, /^[0-9a-f]{32}$/);
    assert.ok(first.token.length >= 32);
    assert.equal(first.isNew, true);
    assert.deepEqual(await open(folder), { ...first, isNew: false });
    assert.deepEqual((await readdir(folder)).sort(), ["server-id", "token"]);
  });

  it("is different for each folder", async () => {
    const [one, other] = [await open(await newFolder()), await open(await newFolder())];
    assert.notEqual(one.serverId, other.serverId);
    assert.notEqual(one.token, other.token);
  });

  it("protects its token from other users, also after its file was made readable", async () => {
    const folder = await newFolder();
    const { tokenPath } = await open(folder);
    await chmod(tokenPath, 0o666);
    await open(folder);
    assert.match(await modeOf(tokenPath), /^6[04]0$/);
  });

  it("uses a token that the operator wrote", async () => {
    const folder = await newFolder();
    await writeFile(join(folder, "token"), "the-operators-own-token\n");
    assert.equal((await open(folder)).token, "the-operators-own-token");
  });

  const damages: [string, string, RegExp][] = [
    [
      "server-id",
      "",
      /server-id holds no server id.*Put back the one that was in it: mcc server-info showed it/,
    ],
    ["server-id", "not an id", /server-id holds no server id/],
  ];
  for (const [file, content, message] of damages) {
    it(`is not guessed if ${file} contains ${JSON.stringify(content)}`, async () => {
      const folder = await newFolder();
      await open(folder);
      await writeFile(join(folder, file), content);
      const before = await readdir(folder);
      await assertMccError(open(folder), "invalid", message);
      assert.deepEqual(await readdir(folder), before);
    });
  }

  for (const content of [
    "",
    "two words of it",
    "short",
    "\0".repeat(44),
    '{"next":500,"more":"things"}',
    undefined,
  ]) {
    it(`gets a new token if the file ${content === undefined ? "is missing" : `contains ${JSON.stringify(content)}`}`, async () => {
      const folder = await newFolder();
      const first = await open(folder);
      await rm(first.tokenPath);
      if (content !== undefined) {
        await writeFile(first.tokenPath, content);
      }
      const damaged = silentDamage(folder);
      const next = await openIdentity(folder, damaged, lateWrites);
      assert.equal(next.serverId, first.serverId);
      assert.notEqual(next.token, first.token);
      assert.ok(next.token.length >= 32);
      assert.match(await modeOf(next.tokenPath), /^6[04]0$/);
      assert.equal((await open(folder)).token, next.token);
      assert.match(damaged.list()[0]?.reason ?? "", /a new token was made; clients .* are refused/);
      const [aside] = damaged.list().flatMap(({ movedTo }) => movedTo ?? []);
      assert.equal(aside === undefined ? undefined : await readFile(aside, "utf8"), content);
    });
  }
});
