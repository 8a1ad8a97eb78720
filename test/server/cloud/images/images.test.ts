import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import sinon from "sinon";
import type { Image } from "../../../../protocol/methods/image";
import { localAdmin } from "../../../../server/cloud/access/caller";
import { ImageAccounts } from "../../../../server/cloud/images/image-accounts";
import { Images } from "../../../../server/cloud/images/images";
import { assertMccError } from "../../../support/assert-error";
import { createReady, testClouds } from "../../../support/daemons/test-cloud";
import { temporaryFolders } from "../../../support/files/temporary-folder";

describe("the images of a daemon", () => {
  const newCloud = testClouds();
  const newFolder = temporaryFolders();
  afterEach(() => sinon.restore());

  async function tarball(): Promise<string> {
    const path = join(await newFolder(), "image.tar");
    await writeFile(path, "");
    return path;
  }

  /** Creates a driver that imports images and holds each change until `letGo` is called. */
  async function holding() {
    const { cloud, driver, stateFolder } = await newCloud();
    let letGo = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const image = (await driver.images())[0] as Image;
    sinon.stub(driver, "capabilities").value({ ...driver.capabilities, importsImages: true });
    sinon.stub(driver, "importImage").callsFake(async (name) => {
      await gate;
      return { ...image, name };
    });
    return {
      driver,
      images: new Images(driver, await ImageAccounts.open(stateFolder, cloud.damaged)),
      known: image.name,
      letGo,
    };
  }

  it("are imported from a file on the daemon's host under a free name", async () => {
    const { images, known, letGo } = await holding();
    const folder = await newFolder();
    letGo();
    await assertMccError(
      images.import(localAdmin, { name: "own", path: join(folder, "none.tar") }),
      "invalid",
      /none\.tar cannot be read on the daemon's host: ENOENT/,
    );
    await assertMccError(
      images.import(localAdmin, { name: "own", path: folder }),
      "invalid",
      /is not a file/,
    );
    await assertMccError(
      images.import(localAdmin, { name: known, path: await tarball() }),
      "conflict",
      /exists already/,
    );
    assert.equal((await images.import(localAdmin, { name: "own", path: await tarball() })).name, "own");
  });

  it("cannot be used or changed during their import, but can afterwards", async () => {
    const { images, known, letGo } = await holding();
    const importing = images.import(localAdmin, { name: "own", path: await tarball() });
    await assertMccError(
      images.import(localAdmin, { name: "own", path: await tarball() }),
      "conflict",
      /imported or removed already/,
    );
    await assertMccError(
      images.remove(localAdmin, { name: "own" }, () => []),
      "conflict",
      /imported or removed already/,
    );
    await assertMccError(images.requireUsable(localAdmin, "own"), "conflict", /try again shortly/);
    await images.requireUsable(localAdmin, known);
    letGo();
    await importing;
    await assertMccError(
      images.requireUsable(localAdmin, "own"),
      "not-found",
      new RegExp(`No image "own".*${known}`),
    );
  });

  it("can be changed again after a failed import", async () => {
    const { driver, images } = await holding();
    sinon.stub(driver, "images").rejects(new Error("wedged"));
    await assert.rejects(images.import(localAdmin, { name: "own", path: await tarball() }), /wedged/);
    await assert.rejects(images.import(localAdmin, { name: "own", path: await tarball() }), /wedged/);
  });

  it("are not removed while instances use them", async () => {
    const { images, known } = await holding();
    await assertMccError(
      images.remove(localAdmin, { name: known }, () => [500]),
      "conflict",
      /used by instance 500; destroy it first/,
    );
    await assertMccError(
      images.remove(localAdmin, { name: known }, () => [500, 502]),
      "conflict",
      /used by instances 500, 502; destroy them first/,
    );
  });

  it("cannot be changed with a driver that does not import images, and the error says how to get one", async () => {
    const { driver, cloud, stateFolder } = await newCloud();
    await createReady(cloud);
    sinon.stub(driver, "capabilities").value({ ...driver.capabilities, importsImages: false });
    const images = new Images(driver, await ImageAccounts.open(stateFolder, cloud.damaged));
    await assertMccError(
      images.import(localAdmin, { name: "own", path: await tarball() }),
      "forbidden",
      /cannot import or remove images/,
    );
    await assertMccError(
      images.remove(localAdmin, { name: "own" }, () => []),
      "forbidden",
      /cannot import or remove/,
    );
    sinon.stub(driver, "images").resolves([]);
    await assertMccError(
      images.requireUsable(localAdmin, "own"),
      "not-found",
      /no images yet; .*mcc build-image/,
    );
  });
});
