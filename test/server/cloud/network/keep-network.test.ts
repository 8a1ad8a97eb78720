import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { InstanceRecord } from "../../../../server/cloud/instances/records/record";
import { keepNetwork } from "../../../../server/cloud/network/keep-network";
import { assertMccError } from "../../../support/assert-error";
import { silentDamage } from "../../../support/files/silent-damage";
import { temporaryFolders } from "../../../support/files/temporary-folder";

const network = { address: "198.18.0.0", prefixLength: 22, gateway: "198.18.0.1", nat: true };
const wider = { ...network, prefixLength: 21 };
const records: readonly InstanceRecord[] = [
  {
    phase: "created",
    id: 500,
    uid: "0".repeat(32),
    name: "web",
    ipAddress: "198.18.0.2",
    hostname: "web",
    image: "micro",
    type: "light",
    keys: [],
    publicKeys: [],
    labels: {},
    createdAt: "",
    sshHostKey: "",
    wanted: "running",
  },
];

describe("the network of the instances", () => {
  const newFolder = temporaryFolders();

  it("stays the same while there are instances", async () => {
    const folder = await newFolder();
    await keepNetwork(folder, network, [], silentDamage(folder));
    await keepNetwork(folder, { ...network, nat: false }, records, silentDamage(folder));
    await assertMccError(
      keepNetwork(folder, wider, records, silentDamage(folder)),
      "conflict",
      /^1 instances have addresses in the network 198\.18\.0\.0\/22 \(gateway 198\.18\.0\.1\), and .* makes it 198\.18\.0\.0\/21/,
    );
    await keepNetwork(folder, network, records, silentDamage(folder));
  });

  it("can change without instances, and is then kept", async () => {
    const folder = await newFolder();
    await keepNetwork(folder, network, [], silentDamage(folder));
    await keepNetwork(folder, wider, [], silentDamage(folder));
    await assertMccError(
      keepNetwork(folder, network, records, silentDamage(folder)),
      "conflict",
      /have addresses in the network 198\.18\.0\.0\/21/,
    );
    assert.deepEqual(JSON.parse(await readFile(join(folder, "network.json"), "utf8")), {
      address: "198.18.0.0",
      prefixLength: 21,
      gateway: "198.18.0.1",
    });
  });

  for (const { text, why } of [
    { text: "", why: "it is empty" },
    { text: '{"address":"x","prefixLength":99,"gateway":"y"}', why: "it has unexpected content" },
    {
      text: '{"address":"10.0.0.0","prefixLength":24,"gateway":"10.0.0.1"}',
      why: "it names the network 10.0.0.0/24 (gateway 10.0.0.1), in which there is no instance",
    },
  ]) {
    it(`is determined again if its file is damaged: ${why}`, async () => {
      const folder = await newFolder();
      await writeFile(join(folder, "network.json"), text);
      const damaged = silentDamage(folder);
      await keepNetwork(folder, network, records, damaged);
      assert.ok(damaged.list()[0]?.reason.startsWith(why));
      const { nat, ...kept } = network;
      assert.deepEqual(JSON.parse(await readFile(join(folder, "network.json"), "utf8")), kept);
      assert.equal(nat, true);
    });
  }

  it("must contain the existing instances after a loss of its file", async () => {
    const folder = await newFolder();
    const others = [
      { ...network, address: "198.18.4.0", gateway: "198.18.4.1" },
      { ...network, gateway: "198.18.0.2" },
    ];
    for (const other of others) {
      await assertMccError(
        keepNetwork(folder, other, records, silentDamage(folder)),
        "conflict",
        /198\.18\.0\.2, do not fit into the network.*missing or damaged; start mccserver with the range that it had/,
      );
    }
  });

  it("is recorded for instances of a daemon that did not record it", async () => {
    const folder = await newFolder();
    await keepNetwork(folder, network, records, silentDamage(folder));
    await assertMccError(
      keepNetwork(folder, wider, records, silentDamage(folder)),
      "conflict",
      /198\.18\.0\.0\/22/,
    );
  });
});
