import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import sinon from "sinon";
import { localAdmin } from "../../../server/cloud/access/caller";
import { InstanceTypes } from "../../../server/cloud/instance-types";
import type { CloudOptions } from "../../../server/cloud/open-cloud";
import { createSimulatedDriver } from "../../../server/driver/simulated/driver";
import { assertMccError } from "../../support/assert-error";
import { testClouds } from "../../support/daemons/test-cloud";
import { temporaryFolders } from "../../support/files/temporary-folder";

describe("an operator's file of instance types", () => {
  const makeFolder = temporaryFolders();

  const newCloud = testClouds();

  async function write(rows: unknown): Promise<string> {
    const file = join(await makeFolder(), "types.json");
    await writeFile(file, JSON.stringify(rows));
    return file;
  }

  async function load(rows: unknown): Promise<InstanceTypes> {
    return await InstanceTypes.load([], await write(rows));
  }

  it("adds types, and replaces stock ones of the same name", async () => {
    const types = await load([{ name: "tiny", processes: 32 }, { name: "basic" }]);
    assert.deepEqual(types.get("tiny"), { name: "tiny", processes: 32 });
    assert.deepEqual(types.get("basic"), { name: "basic" });
    assert.equal(types.get("light").processes, 64);
  });

  it("keeps the daemon from starting where the file system cannot limit the disk, with the remedy", async () => {
    const lacks = [{ lacking: "the file system / (tmpfs) cannot limit folders", remedy: "choose another" }];
    const loadDriver: CloudOptions["loadDriver"] = (_name, options) => {
      const driver = createSimulatedDriver(options);
      sinon
        .stub(driver, "preflight")
        .callsFake((needs) => Promise.resolve(needs?.diskLimits === true ? lacks : []));
      return driver;
    };
    const typesFile = await write([{ name: "tiny", diskBytes: 2 ** 30 }]);
    await assertMccError(
      newCloud({ typesFile, loadDriver }),
      "unavailable",
      /cannot limit folders \(choose another\)/,
    );
    const { cloud } = await newCloud({
      typesFile: await write([{ name: "tiny", processes: 32 }]),
      loadDriver,
    });
    assert.equal(cloud.info(localAdmin).simulated, true);
  });

  it("is named in the error with its option if it does not exist", async () => {
    await assertMccError(
      InstanceTypes.load([], "/nonexistent/types.json"),
      "not-found",
      /types\.json does not exist; create it, or correct --types/,
    );
  });

  it("is refused with the number of the wrong row", async () => {
    const wrong = load([{ name: "tiny" }, { name: "basic", foo: 1 }]);
    await assertMccError(wrong, "invalid", /types\.json, row 2 \(basic\): there is no parameter "foo"\./);
    await assertMccError(load([5]), "invalid", /types\.json, row 1: the value is 5: expected object/);
    await assertMccError(load({}), "invalid", /types\.json: the value is \{\}: expected array/);
  });
});
