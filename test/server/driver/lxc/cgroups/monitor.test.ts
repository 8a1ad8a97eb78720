import assert from "node:assert/strict";
import { monitoredName } from "../../../../../server/driver/lxc/cgroups/monitor";

describe("the container that a process monitors", () => {
  for (const { words, folder, name } of [
    { words: ["[lxc monitor] /var/lib/lxc web"], folder: undefined, name: "web" },
    { words: ["[lxc monitor] /var/lib/lxc web   "], folder: "/var/lib/lxc", name: "web" },
    { words: ["[lxc monitor] /var/lib/my lxc web"], folder: "/var/lib/my lxc", name: "web" },
    { words: ["[lxc monitor] /var/lib/lxc web"], folder: "/var/lib/other", name: undefined },
    { words: ["lxc-start", "-n", "web"], folder: undefined, name: undefined },
    { words: ["sh", "[lxc monitor] /var/lib/lxc web"], folder: undefined, name: undefined },
    { words: [], folder: undefined, name: undefined },
  ]) {
    it(`is ${name ?? "none"} for ${JSON.stringify(words)} and ${folder ?? "any folder"}`, () => {
      assert.equal(monitoredName(words, folder), name);
    });
  }
});
