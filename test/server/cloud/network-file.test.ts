import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { InstanceRecord } from "../../../server/cloud/instance-record";
import { keepNetwork } from "../../../server/cloud/network-file";
import { assertMccError } from "../../support/assert-error";
import { temporaryFolders } from "../../support/temporary-folder";

const network = { address: "198.18.0.0", prefixLength: 22, gateway: "198.18.0.1", nat: true };
const wider = { ...network, prefixLength: 21 };
const records: readonly InstanceRecord[] = [
  {
    ...{
      phase: "created",
      id: 500,
      uid: "0".repeat(32),
      name: "web",
      ipAddress: "198.18.0.2",
      hostname: "web",
    },
    ...{ image: "micro", type: "light", keys: [], publicKeys: [], labels: {}, createdAt: "", sshHostKey: "" },
    wanted: "running",
  },
];

describe("the network under the instances", () => {
  const newFolder = temporaryFolders();

  it("stays theirs as long as there are any", async () => {
    const folder = await newFolder();
    await keepNetwork(folder, network, []);
    await keepNetwork(folder, { ...network, nat: false }, records);
    await assertMccError(
      keepNetwork(folder, wider, records),
      "conflict",
      /^1 instances live in the network 198\.18\.0\.0\/22 \(gateway 198\.18\.0\.1\), and .* makes it 198\.18\.0\.0\/21/,
    );
    await keepNetwork(folder, network, records);
  });

  it("changes when there are none, and is then kept", async () => {
    const folder = await newFolder();
    await keepNetwork(folder, network, []);
    await keepNetwork(folder, wider, []);
    await assertMccError(
      keepNetwork(folder, network, records),
      "conflict",
      /live in the network 198\.18\.0\.0\/21/,
    );
    assert.deepEqual(JSON.parse(await readFile(join(folder, "network.json"), "utf8")), {
      address: "198.18.0.0",
      prefixLength: 21,
      gateway: "198.18.0.1",
    });
  });

  it("is noted for instances of a daemon that kept none", async () => {
    const folder = await newFolder();
    await keepNetwork(folder, network, records);
    await assertMccError(keepNetwork(folder, wider, records), "conflict", /198\.18\.0\.0\/22/);
  });
});
