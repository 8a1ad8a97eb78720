import { randomBytes } from "node:crypto";
import * as ipaddr from "ipaddr.js";
import { MccError, messageOf } from "../../../protocol/error";
import type { ParsedParameters } from "../../../protocol/methods/method-table";
import type { Driver, TakeableContainer, TakesOver } from "../../driver/driver";
import { because } from "../../support/because";
import type { InstanceCatalog } from "./catalog";
import type { InstanceContext } from "./context";
import { authorizedKeysFile } from "./files";
import { ManagedInstance } from "./instance";
import type { InstanceRecord } from "./record";
import { Undo } from "./undo";

/** Best first. Dropbear keeps no public halves. */
const hostKeyFiles = ["ed25519", "ecdsa", "rsa"].map((kind) => `/etc/ssh/ssh_host_${kind}_key.pub`);
const hostKeyLine = /^((?:ssh|ecdsa)-[a-z0-9-]+ [A-Za-z0-9+/]+={0,2})(?:\s|$)/;

/**
 * Makes an instance of a container that others made. It runs on, or stays down, all the while.
 *
 * @throws MccError `forbidden` with a driver that cannot, `not-found`, `conflict`, `engine`; the container is then
 * what it was.
 */
export async function takeOver(
  context: InstanceContext,
  catalog: InstanceCatalog,
  parameters: ParsedParameters<"instance.takeOver">,
): Promise<ManagedInstance> {
  const { driver, reservations, keys } = context;
  const takesOver = requireTakesOver(driver);
  keys.publicKeys(parameters.keys);
  reservations.setForeign(await driver.foreign());
  const container = await takesOver.find(parameters.container);
  const ipAddress = onlyAddress(container);
  // From here to the catalog nothing waits, so that of two requests only one gets past.
  const reservation = reservations.adopt(container, { name: parameters.name, ipAddress });
  const instance = new ManagedInstance(recordOf(container, { ...parameters, ...reservation }));
  catalog.add(instance);
  await instance.inTurn(async () => {
    try {
      await makeOurs(context, instance, takesOver, container);
    } catch (error) {
      if (instance.failure === undefined) {
        catalog.remove(instance);
        reservations.release(reservation);
      }
      throw error;
    }
  });
  context.log.info({ instance: instance.id, container: container.engineId }, "container taken over");
  return instance;
}

async function makeOurs(
  { driver, records, reservations, keys, limits }: InstanceContext,
  instance: ManagedInstance,
  takesOver: TakesOver,
  { engineId, ...before }: TakeableContainer,
): Promise<void> {
  const { id } = instance;
  const undo = new Undo();
  try {
    undo.add("removing the record", () => instance.forget(records));
    await reservations.ids.settled();
    await instance.amend(records, (record) => record);
    undo.add("giving the container back", () => takesOver.giveBack(id, before));
    await limits.change(() => takesOver.take(engineId, instance.record));
    const running = (await driver.list()).some((listed) => listed.id === id && listed.running);
    const taken = {
      phase: "created",
      publicKeys: linesOf(await takesOver.readFile(id, "/root/.ssh/authorized_keys")),
      sshHostKey: await readHostKey(takesOver, id),
      wanted: running ? "running" : "stopped",
    } as const;
    const record: InstanceRecord = { ...instance.record, ...taken };
    if (record.keys.length > 0) {
      undo.add("giving the old keys back", () =>
        driver.writeFiles(id, [authorizedKeysFile(keys, { ...record, keys: [] })]),
      );
      await driver.writeFiles(id, [authorizedKeysFile(keys, record)]);
    }
    if (record.name !== before.name) {
      await driver.rename(id, record.name);
    }
    await instance.amend(records, (current) => ({ ...current, ...taken }));
    instance.running = running;
  } catch (error) {
    throw await undone(undo, instance, error);
  }
}

async function undone(undo: Undo, instance: ManagedInstance, error: unknown): Promise<MccError> {
  const what = `Instance ${instance.title} was not taken over: ${messageOf(error)}`;
  try {
    await undo.run();
    return because(error, `${what} The container is what it was.`);
  } catch (undoError) {
    instance.failure = `${what} Giving it back failed too, and is tried again when the daemon starts: ${messageOf(undoError)}`;
    return because(error, instance.failure);
  }
}

/** @throws MccError `forbidden` with a driver that cannot. */
export function requireTakesOver({ takesOver }: Driver): TakesOver {
  if (takesOver === undefined) {
    throw new MccError(
      "forbidden",
      "This server's driver takes over no containers; the openvz driver does, on a host with OpenVZ.",
    );
  }
  return takesOver;
}

/** @throws MccError `conflict` for a container without one, or with several, of which the others could not be kept. */
function onlyAddress({ engineId, ipAddresses }: TakeableContainer): string {
  const [address, ...more] = ipAddresses.filter((candidate) => ipaddr.IPv4.isValid(candidate));
  if (address === undefined || more.length > 0) {
    const has = address === undefined ? "no IPv4 address" : `the addresses ${[address, ...more].join(", ")}`;
    throw new MccError(
      "conflict",
      `The container ${engineId} has ${has}, and an instance has exactly one; change that with vzctl set --ipadd or --ipdel first.`,
    );
  }
  return address;
}

function recordOf(
  container: TakeableContainer,
  given: Pick<InstanceRecord, "id" | "name" | "ipAddress" | "keys" | "labels">,
): InstanceRecord {
  const { id, name, ipAddress, keys, labels } = given;
  return {
    ...{ phase: "taking", id, name, ipAddress, keys, labels },
    uid: randomBytes(16).toString("hex"),
    hostname: container.hostname ?? name,
    image: container.image ?? "unknown",
    type: container.type ?? "unknown",
    publicKeys: [],
    createdAt: new Date().toISOString(),
    sshHostKey: "",
    // Nobody knows whether it has an SSH server.
    waitFor: ["running"],
    wanted: "running",
    before: { name: container.name, description: container.description },
  };
}

async function readHostKey(takesOver: TakesOver, id: number): Promise<string> {
  for (const path of hostKeyFiles) {
    const key = hostKeyLine.exec((await takesOver.readFile(id, path)) ?? "")?.[1];
    if (key !== undefined) {
      return key;
    }
  }
  return "";
}

function linesOf(text = ""): string[] {
  return text
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
}
