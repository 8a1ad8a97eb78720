import assert from "node:assert/strict";
import { overlaps, takenBy } from "../../../server/user-setup/host-networks";

describe("a user's network next to those of the host", () => {
  it("overlaps another one that contains it, or that it contains", () => {
    assert.equal(overlaps("10.1.0.0/16", "10.1.2.0/24"), true);
    assert.equal(overlaps("10.1.2.0/24", "10.1.0.0/16"), true);
    assert.equal(overlaps("10.1.2.0/24", "10.1.3.0/24"), false);
  });

  it("must not be reached already, except by the user's own cable", () => {
    const routes = [
      { dst: "default", dev: "eth0" },
      { dst: "0.0.0.0/1", dev: "tun0" },
      { dst: "10.1.2.0/24", dev: "eth0" },
      { dst: "10.9.9.9", dev: "lo" },
      { dst: "10.7.0.0/22", dev: "mcu1000" },
    ];
    assert.equal(takenBy("10.1.0.0/22", routes, "mcu1000")?.dst, "10.1.2.0/24");
    assert.equal(takenBy("10.9.8.0/22", routes, "mcu1000")?.dst, "10.9.9.9");
    assert.equal(takenBy("10.7.0.0/22", routes, "mcu1001")?.dev, "mcu1000");
    assert.equal(takenBy("10.7.0.0/22", routes, "mcu1000"), undefined);
    assert.equal(takenBy("198.18.64.0/22", routes, "mcu1000"), undefined);
  });
});
