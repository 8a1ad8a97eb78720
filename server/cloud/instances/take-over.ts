import { randomBytes } from "node:crypto";
import * as ipaddr from "ipaddr.js";
import { MccError, messageOf } from "../../../protocol/error";
import type { ParsedParameters } from "../../../protocol/methods/method-table";
import type { Driver, TakeableContainer, TakesOver } from "../../driver/driver";
import { because } from "../../support/because";
import { newAccount } from "../access/account";
import type { Caller } from "../access/caller";
import type { InstanceContext } from "./context";
import type { InstanceAdmission } from "./creation/admission";
import { Instance } from "./instance";
import { changeOfKeys } from "./keys/authorized-keys";
import type { Failure, Outcome } from "./outcome";
import type { InstanceRecord } from "./records/record";
import { requireTakesOver } from "./require-takes-over";
import { Undo } from "./undo";

/** Best first. Dropbear keeps no public halves. */
const hostKeyFiles = ["ed25519", "ecdsa", "rsa"].map((kind) => `/etc/ssh/ssh_host_${kind}_key.pub`);
const unknownType = "unknown";
const mostFileBytes = 64 * 1024;
const hostKeyLine = /^((?:ssh|ecdsa)-[a-z0-9-]+ [A-Za-z0-9+/]+={0,2})(?:\s|$)/;

/**
 * Makes a container that others created an instance of this daemon. The container keeps running, or stays stopped.
 *
 * @throws MccError `forbidden` with a driver that cannot, `not-found`, `conflict`, `exhausted`, `engine`; the container is then
 * unchanged, or is given back as soon as possible.
 */
export async function takeOver(
  context: InstanceContext,
  admission: InstanceAdmission,
  caller: Caller,
  parameters: ParsedParameters<"instance.takeOver">,
): Promise<Instance> {
  const { driver, reservations, quotas, state, choices } = context;
  const takesOver = requireTakesOver(driver);
  choices.keys.requireOpenTo(caller, parameters.keys);
  reservations.setForeign(await driver.foreign());
  const container = await takesOver.find(parameters.container);
  const ipAddress = onlyAddress(container);
  quotas.requireTtl(caller.account, 0);
  const growth = { gone: [], types: [container.type ?? unknownType], what: "this container" };
  quotas.require(caller.account, growth);
  // From here to the catalog nothing waits, so that of two requests only one gets past.
  const reservation = reservations.adopt(container, { name: parameters.name, ipAddress });
  const instance = new Instance(
    recordOf(container, { ...parameters, ...reservation, ...newAccount(caller.account) }),
    state,
  );
  admission.add(instance);
  admission.make(instance, () => makeOurs(context, instance, takesOver, container));
  await instance.ready;
  context.log.info({ instance: instance.id, container: container.engineId }, "container taken over");
  return instance;
}

async function makeOurs(
  { driver, reservations, choices: { keys } }: InstanceContext,
  instance: Instance,
  takesOver: TakesOver,
  { engineId, ...before }: TakeableContainer,
): Promise<Outcome> {
  const { id } = instance;
  const undo = new Undo();
  try {
    undo.add("removing the record", () => instance.forget());
    await reservations.ids.settled();
    await instance.save();
    undo.add("giving the container back", () => takesOver.giveBack(id, before));
    await takesOver.take(engineId, instance.record);
    const running = (await driver.list()).some((listed) => listed.id === id && listed.state === "running");
    const taken = {
      phase: "created",
      publicKeys: linesOf(await readText(driver, id, "/root/.ssh/authorized_keys")),
      sshHostKey: await readHostKey(driver, id),
      wanted: running ? "running" : "stopped",
    } as const;
    const record: InstanceRecord = { ...instance.record, ...taken };
    if (record.keys.length > 0) {
      const lines = [...keys.publicKeys(record.keys), ...record.publicKeys];
      const file = await changeOfKeys(driver, id, lines, record.publicKeys);
      undo.add("giving the old keys back", () => driver.writeFiles(id, [file.before]));
      await driver.writeFiles(id, [file.after]);
    }
    if (record.name !== before.name) {
      await driver.rename(id, record.name);
    }
    await instance.save((current) => ({ ...current, ...taken }));
    if (running) {
      instance.markRunning();
    }
    return { kind: "made" };
  } catch (error) {
    return await undone(undo, instance, error);
  }
}

async function undone(undo: Undo, instance: Instance, error: unknown): Promise<Failure> {
  const what = `Instance ${instance.title} was not taken over: ${messageOf(error)}`;
  try {
    await undo.run();
    return { kind: "undone", error: because(error, `${what} The container is unchanged.`) };
  } catch (undoError) {
    const message = `${what} Giving it back failed too, and is tried again: ${messageOf(undoError)}`;
    return { kind: "stuck", error: because(error, message) };
  }
}

/** @throws MccError `conflict` for a container without an IPv4 address, or with several. */
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
  given: Pick<InstanceRecord, "id" | "name" | "ipAddress" | "keys" | "labels" | "account">,
): InstanceRecord {
  const { id, name, ipAddress, keys, labels, account } = given;
  return {
    ...(account === undefined ? {} : { account }),
    phase: "taking",
    id,
    name,
    ipAddress,
    keys,
    labels,
    uid: randomBytes(16).toString("hex"),
    hostname: container.hostname ?? name,
    image: container.image ?? "unknown",
    type: container.type ?? unknownType,
    publicKeys: [],
    createdAt: new Date().toISOString(),
    sshHostKey: "",
    // It is not known whether it has an SSH server.
    waitFor: ["running"],
    wanted: "running",
    before: { name: container.name, description: container.description },
  };
}

async function readText(driver: Pick<Driver, "readFile">, id: number, path: string): Promise<string> {
  return Buffer.from((await driver.readFile(id, path, mostFileBytes)) ?? []).toString();
}

async function readHostKey(driver: Pick<Driver, "readFile">, id: number): Promise<string> {
  for (const path of hostKeyFiles) {
    const key = hostKeyLine.exec(await readText(driver, id, path))?.[1];
    if (key !== undefined) {
      return key;
    }
  }
  return "";
}

function linesOf(text: string): string[] {
  return text
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
}
