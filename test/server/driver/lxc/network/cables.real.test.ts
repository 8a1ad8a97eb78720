import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { execa } from "execa";
import { Cables } from "../../../../../server/driver/lxc/network/cables";
import { assertMccError } from "../../../../support/assert-error";
import { compiled } from "../../../../support/checkout";

describe("the host's ends of cables", () => {
  const isThere = (name: string): boolean => existsSync(`/sys/class/net/${name}`);
  afterEach(async () => {
    await execa("ip", ["link", "delete", "mctest2"], { reject: false });
    await execa("ip", ["link", "delete", "mctest1"], { reject: false });
  });

  it("are renamed while they are up, and removed", async () => {
    const cables = new Cables(10_000);
    await execa("ip", ["link", "add", "mctest1", "up", "type", "bridge"]);
    await cables.rename("mctest1", "mctest2");
    assert.deepEqual([isThere("mctest1"), isThere("mctest2")], [false, true]);
    await Promise.all([cables.remove("mctest2"), cables.remove("mctest3")]);
    assert.equal(isThere("mctest2"), false);
    await assertMccError(cables.rename("mctest1", "mctest2"), "engine", /mctest1 could not be renamed/);
    await cables.close();
  });

  it("keep a process alive that waits for nothing else", async () => {
    const script = `const { Cables } = require(${JSON.stringify(compiled("server/driver/lxc/network/cables.js"))});
      new Cables(10_000).remove("mctest3").then(() => console.log("removed"));`;
    assert.equal((await execa(process.execPath, ["-e", script])).stdout, "removed");
  });
});
