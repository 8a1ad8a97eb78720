import assert from "node:assert/strict";
import type { ErrorCode } from "../../../../protocol/error";
import { AddressPool } from "../../../../server/cloud/reservations/address-pool";
import { IdSequence } from "../../../../server/cloud/reservations/id-sequence";
import { Reservations } from "../../../../server/cloud/reservations/reservations";
import { silentDamage } from "../../../support/files/silent-damage";
import { temporaryFolders } from "../../../support/files/temporary-folder";
import { perTest } from "../../../support/per-test";

function assertRefused(work: () => unknown, code: ErrorCode, message: RegExp): void {
  assert.throws(work, { name: "MccError", code, message });
}

const foreign = (engineId: string, name?: string, ...ipAddresses: string[]) => ({
  engineId,
  name,
  ipAddresses,
  status: "running",
  hostname: undefined,
  image: undefined,
});

describe("the reservations of ids, names and addresses", () => {
  const newFolder = temporaryFolders();
  const reservations = perTest(
    async () => {
      const folder = await newFolder();
      return new Reservations(
        await IdSequence.open(folder, silentDamage(folder), true),
        new AddressPool({ first: "198.18.0.2", last: "198.18.0.5" }),
      );
    },
    async ({ ids }) => ids.settled(),
  );

  it("give a name from the id, and another one if that is taken", () => {
    reservations().keep({ id: 400, name: "mcc-500", ipAddress: "198.18.0.2" });
    const { id, name, ipAddress } = reservations().reserve({});
    assert.deepEqual([id, ipAddress], [500, "198.18.0.3"]);
    assert.match(name, /^mcc-500-[a-z0-9]+$/);
    assert.equal(reservations().reserve({}).name, "mcc-501");
  });

  it("reserve nothing if a name or an address is refused", () => {
    reservations().reserve({ name: "web", ipAddress: "198.18.0.3" });
    assertRefused(
      () => reservations().reserve({ name: "web" }),
      "conflict",
      /^The name "web" is taken by instance 500/,
    );
    assertRefused(
      () => reservations().reserve({ name: "db", ipAddress: "198.18.0.3" }),
      "conflict",
      /is taken/,
    );
    assert.equal(reservations().pool.free, 3);
    assert.equal(reservations().reserve({ name: "db" }).id, 501);
  });

  it("avoid the ids, names and addresses of foreign containers", () => {
    reservations().setForeign([foreign("500", "mcc-501", "198.18.0.2"), foreign("pet", "web")]);
    const given = reservations().reserve({});
    assert.deepEqual([given.id, given.ipAddress], [501, "198.18.0.3"]);
    assert.match(given.name, /^mcc-501-/);
    assertRefused(
      () => reservations().reserve({ name: "web" }),
      "conflict",
      /taken by a container on this host/,
    );
  });

  it("cover all members of a fleet or none, and assign requested addresses first", () => {
    const wanted = [{ name: "a-1" }, { name: "a-2", ipAddress: "198.18.0.2" }];
    const [first, second] = reservations().reserveAll(wanted);
    assert.deepEqual([first?.name, first?.ipAddress], ["a-1", "198.18.0.3"]);
    assert.deepEqual([second?.name, second?.ipAddress], ["a-2", "198.18.0.2"]);
    assertRefused(
      () => reservations().reserveAll([{ name: "b-1" }, { name: "a-1" }]),
      "conflict",
      /"a-1" is taken/,
    );
    assert.equal(reservations().pool.free, 2);
    const three = [{ name: "c-1" }, { name: "c-2" }, { name: "c-3" }];
    assertRefused(
      () => reservations().reserveAll(three),
      "exhausted",
      /^3 addresses are needed, and 2 of the 4/,
    );
  });

  it("pass on a name and an address, which the old instance then does not release", () => {
    const old = reservations().reserve({ name: "web" });
    const replacement = reservations().passOn(old);
    assert.deepEqual(replacement, { ...old, id: 501 });
    reservations().release(old);
    assertRefused(() => reservations().reserve({ name: "web" }), "conflict", /taken by instance 501/);
    reservations().release(replacement);
    assert.equal(reservations().pool.free, 4);
  });

  it("leave the old address to the old instance if the new one has another", () => {
    const old = reservations().reserve({ name: "web", ipAddress: "198.18.0.2" });
    reservations().passOn(old, "198.18.0.5");
    assert.equal(reservations().pool.free, 2);
    reservations().release(old);
    assert.equal(reservations().pool.isFree("198.18.0.2"), true);
    assertRefused(() => reservations().passOn(old, "198.18.0.9"), "invalid", /not in this server's range/);
  });

  for (const { engineId, name, wanted, gets } of [
    { engineId: "101", name: "pet", wanted: undefined, gets: { id: 101, name: "pet" } },
    { engineId: "101", name: "Pet.1", wanted: undefined, gets: { id: 101, name: "mcc-101" } },
    { engineId: "101", name: "pet", wanted: "web", gets: { id: 101, name: "web" } },
    { engineId: "0", name: undefined, wanted: undefined, gets: { id: 500, name: "mcc-500" } },
    { engineId: "1000000", name: undefined, wanted: undefined, gets: { id: 500, name: "mcc-500" } },
    { engineId: "c1", name: "c1", wanted: undefined, gets: { id: 500, name: "c1" } },
  ]) {
    it(`adopt the container ${engineId}, named ${name}, as ${gets.name} with the id ${gets.id}`, () => {
      const container = foreign(engineId, name, "10.0.0.7");
      reservations().setForeign([container]);
      const adopted = reservations().adopt(container, { name: wanted, ipAddress: "10.0.0.7" });
      assert.deepEqual(adopted, { ...gets, ipAddress: "10.0.0.7" });
    });
  }

  it("adopt no name, address or id of an instance", () => {
    reservations().keep({ id: 101, name: "pet", ipAddress: "198.18.0.2" });
    const adopt = (name: string, ipAddress: string) =>
      reservations().adopt(foreign("101", name), { name: undefined, ipAddress });
    assertRefused(() => adopt("pet", "10.0.0.7"), "conflict", /"pet" is taken by instance 101/);
    assertRefused(() => adopt("dog", "198.18.0.2"), "conflict", /198\.18\.0\.2 is taken by an instance/);
    assert.equal(adopt("dog", "10.0.0.7").id, 500);
  });

  it("do not give out an adopted id again", () => {
    reservations().adopt(foreign("500"), { name: undefined, ipAddress: "10.0.0.7" });
    assert.equal(reservations().reserve({}).id, 501);
  });
});
