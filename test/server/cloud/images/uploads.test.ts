import assert from "node:assert/strict";
import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sinon from "sinon";
import { MccError } from "../../../../protocol/error";
import { archiveLimits } from "../../../../server/support/archives/limits";
import { assertMccError } from "../../../support/assert-error";
import { callers } from "../../../support/daemons/accounts";
import { creation, type TestCloud, testClouds } from "../../../support/daemons/test-cloud";
import { perTest } from "../../../support/per-test";

const { admin, alice, bob } = callers;

describe("uploads of images", () => {
  const newCloud = testClouds();
  const test = perTest(() => newCloud());
  afterEach(() => sinon.restore());

  const files = async ({ stateFolder }: TestCloud): Promise<string[]> =>
    await readdir(join(stateFolder, "uploads")).catch(() => []);
  const piece = (text: string): string => Buffer.from(text).toString("base64");

  async function upload(caller: typeof alice | typeof admin | typeof bob, name: string): Promise<unknown> {
    const { uploads } = test().cloud;
    const { upload: id } = await uploads.start(caller, { name, sizeBytes: 3 });
    await uploads.write(caller, { upload: id, offset: 0, data: piece("abc") });
    return await uploads.end(caller, { upload: id });
  }

  it("are imported from a file that only the daemon can read, and that is removed then", async () => {
    const { cloud, driver } = test();
    const contents: string[] = [];
    const modes: number[] = [];
    sinon.stub(driver, "importImage").callsFake(async (name, path) => {
      contents.push(await readFile(path, "utf8"));
      modes.push((await stat(path)).mode & 0o777);
      return { name, sizeBytes: 6, createdAt: new Date().toISOString() };
    });
    const { upload: id } = await cloud.uploads.start(alice, { name: "own", sizeBytes: 6 });
    assert.deepEqual(await cloud.uploads.write(alice, { upload: id, offset: 0, data: piece("abcd") }), {
      received: 4,
    });
    // As after a lost answer: the piece is sent again, with more.
    const again = { upload: id, offset: 2, data: piece("cdef") };
    assert.deepEqual(await cloud.uploads.write(alice, again), { received: 6 });
    assert.equal((await files(test())).length, 1);
    assert.equal((await cloud.uploads.end(alice, { upload: id })).account, "alice");
    assert.deepEqual([contents, modes], [["abcdef"], [0o600]]);
    assert.deepEqual(await files(test()), []);
    await assertMccError(cloud.uploads.end(alice, { upload: id }), "not-found", /There is no upload/);
  });

  it("accept no gaps, no surplus and no incomplete archive", async () => {
    const { uploads } = test().cloud;
    const { upload: id } = await uploads.start(alice, { name: "own", sizeBytes: 3 });
    for (const part of [
      { offset: 1, data: piece("a") },
      { offset: 0, data: piece("abcd") },
      { offset: 4, data: piece("") },
    ]) {
      await assertMccError(uploads.write(alice, { upload: id, ...part }), "invalid", /0 of the 3 bytes have/);
    }
    await assertMccError(uploads.end(alice, { upload: id }), "invalid", /Only 0 of the 3 bytes/);
    assert.deepEqual(await uploads.cancel(alice, { upload: id }), { cancelled: true });
    assert.deepEqual(await uploads.cancel(alice, { upload: id }), { cancelled: false });
    assert.deepEqual(await files(test()), []);
  });

  it("have lower limits for users, and errors without the path on the host", async () => {
    const { driver } = test();
    const limits: unknown[] = [];
    sinon.stub(driver, "importImage").callsFake((_name, path, given) => {
      limits.push(given?.bytes);
      return Promise.reject(new MccError("invalid", `${path} has no /sbin/init.`));
    });
    const said = /^The archive of the image "own" has no \/sbin\/init\.$/;
    await assertMccError(upload(alice, "own"), "invalid", said);
    await assertMccError(upload(admin, "own"), "invalid", said);
    assert.deepEqual(limits, [8 * 1024 ** 3, undefined]);
    assert.ok(8 * 1024 ** 3 < archiveLimits.bytes);
    assert.deepEqual(await files(test()), []);
  });

  it("belong to their account: no other user can continue, end or cancel them", async () => {
    const { uploads } = test().cloud;
    const { upload: id } = await uploads.start(alice, { name: "own", sizeBytes: 3 });
    const forbidden = (work: Promise<unknown>): Promise<unknown> =>
      assertMccError(work, "forbidden", /belongs to another account/);
    await forbidden(uploads.write(bob, { upload: id, offset: 0, data: piece("abc") }));
    await forbidden(uploads.end(bob, { upload: id }));
    await forbidden(uploads.cancel(bob, { upload: id }));
    assert.deepEqual(await uploads.cancel(alice, { upload: id }), { cancelled: true });
  });

  it("are limited in number, for each account and for all", async () => {
    const { uploads } = test().cloud;
    const start = (account: string, name: string) =>
      uploads.start({ account, role: "user" }, { name, sizeBytes: 1 });
    for (const account of ["a", "b", "c", "d"]) {
      await start(account, `${account}1`);
      await start(account, `${account}2`);
      await assertMccError(start(account, `${account}3`), "exhausted", /2 of them of this account/);
    }
    await assertMccError(start("e", "e1"), "exhausted", /8 images are being uploaded, 0 of them/);
    await uploads.close();
    assert.deepEqual(await files(test()), []);
  });

  it("are limited in number when many start at once", async () => {
    const { uploads } = test().cloud;
    const names = ["one", "two", "three", "four", "five"];
    const starts = await Promise.allSettled(
      names.map((name) => uploads.start(alice, { name, sizeBytes: 1 })),
    );
    assert.equal(starts.filter(({ status }) => status === "fulfilled").length, 2);
    assert.equal((await files(test())).length, 2);
  });

  it("that an earlier daemon left are removed", async () => {
    await test().cloud.uploads.start(alice, { name: "own", sizeBytes: 3 });
    assert.equal((await files(test())).length, 1);
    const next = await test().reopen();
    assert.deepEqual(await files(test()), []);
    assert.deepEqual(await next.uploads.cancel(alice, { upload: "0".repeat(32) }), { cancelled: false });
  });

  it("give images that only their own account or an admin can use and remove", async () => {
    const { cloud, reopen } = test();
    await upload(alice, "own");
    await upload(bob, "other");
    await assertMccError(upload(bob, "own"), "conflict", /"own" exists already/);
    await cloud.images.requireUsable(admin, "own");
    const create = (caller: typeof alice | typeof bob, image: string): Promise<unknown> =>
      cloud.instances.create(caller, creation({ image, waitSeconds: 10 }));
    await create(alice, "own");
    await assertMccError(create(bob, "own"), "forbidden", /"own" was uploaded by another account for itself/);
    await assertMccError(create(bob, "none"), "not-found", /This server has: micro, other\.$/);
    const next = await reopen();
    const listed = (await next.images.list(admin)).map(({ name, account }) => `${name}: ${account ?? ""}`);
    assert.deepEqual(listed.sort(), ["micro: admin", "other: bob", "own: alice"]);
    const ofBob = (await next.images.list(bob)).map(({ name }) => name);
    assert.deepEqual(ofBob.sort(), ["micro", "other"]);
    const noUsers = (): number[] => [];
    for (const [caller, name] of [
      [bob, "own"],
      [alice, "micro"],
    ] as const) {
      await assertMccError(next.images.remove(caller, { name }, noUsers), "forbidden", /another account/);
    }
    const inUse = next.images.remove(alice, { name: "own" }, (image) => next.instances.usersOf(image));
    await assertMccError(inUse, "conflict", /used by an instance, which must be destroyed first/);
    assert.deepEqual(await next.images.remove(alice, { name: "own" }, noUsers), { removed: true });
    assert.deepEqual(await next.images.remove(admin, { name: "other" }, noUsers), { removed: true });
  });

  it("of admins are for all, as are those whose record is from an earlier release", async () => {
    const { cloud, stateFolder, reopen } = test();
    await upload(admin, "stock");
    await upload(alice, "earlier");
    const path = join(stateFolder, "image-accounts.json");
    await writeFile(path, JSON.stringify({ earlier: "alice" }));
    const next = await reopen();
    for (const image of ["stock", "earlier"]) {
      await next.images.requireUsable(bob, image);
    }
    assert.equal((await cloud.images.list(bob)).length, 2, "before, the second one was alice's alone");
  });

  it("are refused to users under the name of a stock image, also if there is none", async () => {
    await assertMccError(upload(alice, "debian-12"), "forbidden", /"debian-12" is the name of a stock image/);
    await upload(admin, "debian-12");
  });

  it("of a name that a removed image had belong to the next account", async () => {
    const { images } = test().cloud;
    await upload(alice, "own");
    await images.remove(alice, { name: "own" }, () => []);
    await images.import(admin, { name: "own", path: __filename });
    await assertMccError(
      images.remove(alice, { name: "own" }, () => []),
      "forbidden",
      /another account/,
    );
  });

  it("are limited to sixteen images of a user", async () => {
    for (let number = 0; number < 15; number += 1) {
      await upload(alice, `own-${number}`);
    }
    const two = await Promise.allSettled([upload(alice, "this"), upload(alice, "or-this")]);
    assert.deepEqual(two.map(({ status }) => status).sort(), ["fulfilled", "rejected"]);
    await assertMccError(upload(alice, "one-more"), "exhausted", /"alice" has 16 images/);
    await upload(bob, "one-more");
  });
});
