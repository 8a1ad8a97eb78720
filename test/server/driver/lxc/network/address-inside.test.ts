import assert from "node:assert/strict";
import { localAddresses } from "../../../../../server/driver/lxc/network/address-inside";

describe("the addresses in a kernel's list of routes", () => {
  it("are those of this host, without networks and broadcasts", () => {
    const routes = `Main:
  +-- 0.0.0.0/0 3 0 5
     +-- 127.0.0.0/8 2 0 2
        |-- 127.0.0.1
           /32 host LOCAL
        |-- 127.255.255.255
           /32 link BROADCAST
     +-- 198.18.0.0/24 2 0 2
        |-- 198.18.0.0
           /24 link UNICAST
        |-- 198.18.0.100
           /32 host LOCAL
        |-- 198.18.0.255
           /32 link BROADCAST
`;
    assert.deepEqual(localAddresses(routes), ["127.0.0.1", "198.18.0.100"]);
    assert.deepEqual(localAddresses(""), []);
  });
});
