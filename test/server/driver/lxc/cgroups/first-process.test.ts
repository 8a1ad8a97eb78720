import assert from "node:assert/strict";
import { firstProcessOf, isFirst } from "../../../../../server/driver/lxc/cgroups/first-process";

describe("the first process of a container", () => {
  it("has the id 1 in the container's namespace, and another one only on the host", () => {
    assert.equal(isFirst("Pid:\t4711\nNSpid:\t4711\t1\n"), true);
    assert.equal(isFirst("Pid:\t4712\nNSpid:\t4712\t11\n"), false);
    assert.equal(isFirst("Pid:\t1\nNSpid:\t1\n"), false, "that of the host");
    assert.equal(isFirst("Pid:\t4713\nNSpid:\t4713\t20\t1\n"), false, "that of a container in it");
  });

  it("is absent if the container does not run", async () => {
    assert.equal(await firstProcessOf("/nonexistent"), undefined);
  });
});
