import assert from "node:assert/strict";
import { hardwareAddress } from "../../../server/driver/hardware-address";

describe("the hardware address of a container", () => {
  for (const [ipAddress, address] of [
    ["198.18.0.2", "02:00:c6:12:00:02"],
    ["10.255.1.16", "02:00:0a:ff:01:10"],
  ] as const) {
    it(`is ${address} for ${ipAddress}`, () => assert.equal(hardwareAddress(ipAddress), address));
  }
});
