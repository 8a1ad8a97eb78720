import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Client, Instance } from "../client";
import { unlessErrno } from "../protocol/errno";
import { recordedIds } from "../test/support/daemons/recorded-ids";
import type { Host } from "./hosts/host";
import { addressesBegin } from "./tried-daemon";

const unsettled = ["pending", "destroying"];
const lookEveryMs = 100;
/** Longer than the longest pause before the daemon tries an undo again. */
const settleMs = 30_000;

/**
 * Asserts that records, engine and reservations agree: no container, address, id, name or record has two owners or none.
 * Waits for the work that the daemon continues after its answer.
 */
export async function assertConsistent(client: Client, host: Host): Promise<void> {
  await settles(() => findInconsistency(client, host));
}

/** Waits until the function finds nothing. @throws AssertionError with what it found last. */
export async function settles(find: () => Promise<string | undefined>): Promise<void> {
  const end = performance.now() + settleMs;
  let found = await find();
  while (found !== undefined && performance.now() < end) {
    await pause(lookEveryMs);
    found = await find();
  }
  assert.equal(found, undefined);
}

async function findInconsistency(client: Client, host: Host): Promise<string | undefined> {
  const instances = await client.call("instance.list", {});
  const fleets = await client.call("fleet.list", {});
  const { addressPool } = await client.call("server.info", {});
  const ids = instances.map(({ id }) => id);
  const waiting = instances.filter(({ status }) => unsettled.includes(status));
  const containers = (await host.containers()) ?? ids;
  const failed = new Set(instances.filter(({ status }) => status === "failed").map(({ id }) => id));
  const held = addressPool.size - addressPool.free;
  const ofPool = instances.filter(({ ipAddress }) => ipAddress.startsWith(addressesBegin)).length;
  const findings: readonly (readonly [unknown, string])[] = [
    [waiting.map(({ name, status }) => `${name} ${status}`), "instances never settle"],
    [repeated(instances), "instances share an id, a name or an address"],
    [without(containers, ids), "containers without an instance"],
    [without(ids, containers).filter((id) => !failed.has(id)), "instances without a container"],
    [without(await recordedIds(join(host.folder, "state")), ids), "records without an instance"],
    [
      without(
        (await entries(host, "fleets")).map((file) => file.replace(/\.json$/, "")),
        fleets.map(({ name }) => name),
      ),
      "fleet files without a fleet",
    ],
    [held === ofPool ? [] : [`${held} addresses are held by ${ofPool} instances`], "addresses"],
  ];
  const [first] = findings.filter(([found]) => Array.isArray(found) && found.length > 0);
  return first === undefined ? undefined : `${first[1]}: ${JSON.stringify(first[0])}`;
}

function repeated(instances: readonly Instance[]): string[] {
  const values = instances.flatMap(({ id, name, ipAddress }) => [`id ${id}`, `name ${name}`, ipAddress]);
  return values.filter((value, index) => values.indexOf(value) !== index);
}

function without<T>(all: readonly T[], others: readonly T[]): T[] {
  return all.filter((one) => !others.includes(one));
}

/** Temporary files are no records: the next start removes those that a fault has left. */
async function entries({ folder }: Host, name: string): Promise<string[]> {
  const all = (await unlessErrno(readdir(join(folder, "state", name)), "ENOENT")) ?? [];
  return all.filter((entry) => !entry.endsWith(".new"));
}

/** Returns everything that exists for a daemon: its files and what it has on the host. */
export async function inventory(host: Host, daemon: number): Promise<string[]> {
  const state = join(host.folder, "state");
  const files = await readdir(state, { recursive: true });
  return [...files.map((path) => `file ${path}`), ...(await host.traces(daemon))].filter(
    (path) => !isOfImage(path),
  );
}

/** The files in the root file system of an image change nothing. */
function isOfImage(path: string): boolean {
  return /^file lxc\/images\/[^/]+\/rootfs\//.test(path);
}

/** Destroys everything, and asserts that nothing remains that was not there before. */
export async function assertNothingRemains(
  client: Client,
  host: Host,
  { daemon, before }: { readonly daemon: number; readonly before: readonly string[] },
): Promise<void> {
  await destroyAll(client, host);
  await settles(async () => {
    const more = without(await inventory(host, daemon), before);
    return more.length === 0 ? undefined : `after everything was destroyed, this remains: ${more.join("; ")}`;
  });
}

async function destroyAll(client: Client, host: Host): Promise<void> {
  for (const { name } of await client.call("fleet.list", {})) {
    await client.call("fleet.destroy", { fleet: name });
  }
  for (const { id } of await client.call("instance.list", {})) {
    await client.call("instance.destroy", { instance: id });
  }
  for (const { name } of await client.call("key.list", {})) {
    await client.call("key.remove", { name });
  }
  for (const { name } of await client.call("image.list", {})) {
    if (name !== host.image) {
      await client.call("image.remove", { name });
    }
  }
  await host.foreign?.destroy();
}
