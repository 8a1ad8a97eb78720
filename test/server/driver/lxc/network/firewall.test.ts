import assert from "node:assert/strict";
import type { CommandRunner } from "../../../../../server/driver/lxc/commands/runner";
import type { Bridges } from "../../../../../server/driver/lxc/network/bridges";
import type { Chatter } from "../../../../../server/driver/lxc/network/chatter";
import { Firewall } from "../../../../../server/driver/lxc/network/firewall";
import { AddressOwners } from "../../../../../server/driver/lxc/network/isolation/address-owners";
import { NetworkGroups } from "../../../../../server/driver/lxc/network/isolation/groups";
import { SetChanges } from "../../../../../server/driver/lxc/network/isolation/set-changes";
import { Place } from "../../../../../server/driver/lxc/place";
import { captureLog } from "../../../../support/captured-log";

const place = new Place("/nowhere", "0123456789ab");
const network = { address: "198.18.0.0", prefixLength: 24, gateway: "198.18.0.1", nat: false };
const inTable = { family: "bridge", table: place.firewallTable };
const whole = {
  chains: [{ ...inTable, name: "prerouting" }],
  rules: [{ ...inTable, chain: "prerouting", expr: [] }],
};
const nothing = { chains: [], rules: [] };

describe("the firewall tables of the daemon", () => {
  /** Whether nft makes tables, and whether they stay. */
  let works = true;
  let stays = true;

  function firewall(): Firewall {
    const run: CommandRunner["run"] = ({ answers }) => {
      if (answers !== true) {
        return works ? Promise.resolve("") : Promise.reject(new Error("nft failed"));
      }
      const { chains, rules } = stays ? whole : nothing;
      const nftables = [...chains.map((chain) => ({ chain })), ...rules.map((rule) => ({ rule }))];
      return Promise.resolve(JSON.stringify({ nftables }));
    };
    const { log } = captureLog();
    const groups = new NetworkGroups(place);
    return new Firewall({
      ...{ place, network, log },
      runner: { run } as unknown as CommandRunner,
      bridges: { veths: () => Promise.resolve([]) } as unknown as Bridges,
      chatter: { rules: () => "" } as unknown as Chatter,
      groups,
      owners: new AddressOwners(place, network, groups),
      setChanges: new SetChanges(1000),
    });
  }

  beforeEach(() => {
    works = true;
    stays = true;
  });

  it("are faults once others have changed them", async () => {
    const made = firewall();
    await made.open();
    assert.deepEqual(made.faults(whole), []);
    assert.equal(made.faults(nothing).length, 1);
  });

  it("stay faults while they cannot be made again", async () => {
    const made = firewall();
    await made.open();
    works = false;
    await made.open().catch(() => undefined);
    assert.equal(made.faults(nothing).length, 1);
    works = true;
    await made.open();
    assert.deepEqual(made.faults(whole), []);
  });

  it("stay faults while another program removes them at once", async () => {
    const made = firewall();
    await made.open();
    stays = false;
    await assert.rejects(made.open(), /Another program on this host removes/);
    assert.equal(made.faults(nothing).length, 1);
  });

  it("are no faults if this host could never make them", async () => {
    works = false;
    const made = firewall();
    await made.open().catch(() => undefined);
    assert.deepEqual(made.faults(nothing), []);
  });
});
