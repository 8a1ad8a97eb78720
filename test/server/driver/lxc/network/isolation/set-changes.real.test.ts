import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { SetChanges } from "../../../../../../server/driver/lxc/network/isolation/set-changes";
import { assertMccError } from "../../../../../support/assert-error";

const table = "bridge minicloud-test";

describe("changes of the firewall's sets", () => {
  afterEach(async () => {
    await execa("nft", ["delete", "table", ...table.split(" ")], { reject: false });
  });

  const elements = async (): Promise<string[]> => {
    const { stdout } = await execa("nft", ["list", "table", ...table.split(" ")]);
    return [...stdout.matchAll(/10\.0\.0\.\d+/g)].map(([address]) => address).sort();
  };

  it("are made in one transaction each, also after others changed the tables, and refused as a whole", async () => {
    const hadHistory = existsSync(join(homedir(), ".nft.history"));
    const changes = new SetChanges(10_000);
    const refused = changes.run(`add element ${table} one { 10.0.0.1 }\n`);
    await assertMccError(refused, "engine", /refused a change of the firewall's sets: Error: No such file/);
    await execa("nft", [`table ${table} { set one { type ipv4_addr; }; set two { type ipv4_addr; }; }`]);
    await Promise.all([
      changes.run(`add element ${table} one { 10.0.0.1, 10.0.0.2 }\nadd element ${table} two { 10.0.0.3 }\n`),
      changes.run(`delete element ${table} one { 10.0.0.2 }\nadd element ${table} two { 10.0.0.4 }\n`),
    ]);
    assert.deepEqual(await elements(), ["10.0.0.1", "10.0.0.3", "10.0.0.4"]);
    const half = `delete element ${table} one { 10.0.0.9 }\nadd element ${table} two { 10.0.0.5 }\n`;
    await assertMccError(changes.run(half), "engine", /refused/);
    assert.deepEqual(await elements(), ["10.0.0.1", "10.0.0.3", "10.0.0.4"]);
    assert.equal(changes.accepts("x".repeat(65_537)), false);
    await changes.close();
    assert.equal(existsSync(join(homedir(), ".nft.history")), hadHistory);
  });

  it("may be as long as those of many claims at once, and are then refused as a whole too", async () => {
    const changes = new SetChanges(10_000);
    await execa("nft", [`table ${table} { set one { type ipv4_addr; }; }`]);
    const addresses = Array.from({ length: 4000 }, (_, number) => `11.0.${number >> 8}.${number & 255}`);
    const text = `add element ${table} one { 10.0.0.1, ${addresses.join(", ")} }\n`;
    assert.ok(text.length > 40_000 && changes.accepts(text));
    const half = `${text}delete element ${table} one { 10.0.0.9 }\n`;
    await assertMccError(changes.run(half), "engine", /refused/);
    assert.deepEqual(await elements(), []);
    await changes.run(text);
    assert.deepEqual(await elements(), ["10.0.0.1"]);
    await changes.close();
  });
});
