import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { InstanceTypes } from "../../../server/cloud/instance-types";
import { assertMccError } from "../../support/assert-error";
import { temporaryFolders } from "../../support/files/temporary-folder";

describe("an operator's file of instance types", () => {
  const makeFolder = temporaryFolders();

  async function load(rows: unknown): Promise<InstanceTypes> {
    const file = join(await makeFolder(), "types.json");
    await writeFile(file, JSON.stringify(rows));
    return await InstanceTypes.load([], file);
  }

  it("adds types, and replaces stock ones of the same name", async () => {
    const types = await load([{ name: "tiny", processes: 32 }, { name: "basic" }]);
    assert.deepEqual(types.get("tiny"), { name: "tiny", processes: 32 });
    assert.deepEqual(types.get("basic"), { name: "basic" });
    assert.equal(types.get("light").processes, 64);
  });

  it("is named in the error with its option if it does not exist", async () => {
    await assertMccError(
      InstanceTypes.load([], "/nonexistent/types.json"),
      "not-found",
      /no file \/nonexistent\/types\.json; .* --types/,
    );
  });

  it("is refused with the number of the wrong row", async () => {
    const wrong = load([{ name: "tiny" }, { name: "basic", foo: 1 }]);
    await assertMccError(wrong, "invalid", /types\.json, row 2 \(basic\): there is no parameter "foo"\./);
    await assertMccError(load([5]), "invalid", /types\.json, row 1: the value is 5: expected object/);
    await assertMccError(load({}), "invalid", /types\.json: the value is \{\}: expected array/);
  });
});
