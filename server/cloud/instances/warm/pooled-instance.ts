import { randomBytes } from "node:crypto";
import { defaultOf } from "../../../../protocol/methods/default-of";
import type { InstanceType } from "../../../../protocol/methods/instance-type";
import type { ContainerSpec, Driver } from "../../../driver/driver";
import { localAdmin } from "../../access/caller";
import type { Reservation } from "../../reservations/reservations";
import type { InstanceContext } from "../context";
import { type HostKey, makeHostKey } from "../creation/host-key";
import { hostKeyFiles } from "../files";
import { Instance } from "../instance";
import { authorizedKeysFile } from "../keys/authorized-keys";
import { waitUntilReady } from "../wait-until-ready";

/** An instance that is started ahead. It has no owner and is in no catalog. */
export interface PooledInstance {
  /** Its record has the phase `warm`, the id, the addresses, the uid and the host key of the later instance. */
  readonly instance: Instance;
  readonly hostKey: HostKey;
}

/** The limit for a boot. */
const readyTimeoutMs = 120_000;
/** Instances without an owner resolve no names. */
const noScope = "warm";

/** Returns an instance that is not recorded yet, and whose container does not exist. */
export function draftPooled(
  context: InstanceContext,
  image: string,
  { id, ipAddress }: Omit<Reservation, "name">,
): PooledInstance {
  const name = `warm-${id}`;
  const hostKey = makeHostKey();
  const instance = new Instance(
    {
      phase: "warm",
      id,
      name,
      ipAddress,
      ipv6Address: context.network.ipv6AddressOf(ipAddress),
      uid: randomBytes(16).toString("hex"),
      hostname: name,
      image,
      type: firstType(context).name,
      keys: [],
      publicKeys: [],
      labels: {},
      scope: noScope,
      createdAt: new Date().toISOString(),
      sshHostKey: hostKey.publicKey,
      wanted: "stopped",
    },
    context.state,
  );
  return { instance, hostKey };
}

/**
 * Records and starts an instance ahead. Resolves when it can be claimed. Uses only spare slots of the engine.
 *
 * @throws the error of the step that failed, or the reason of the instance's signal. The caller then destroys it.
 */
export async function startPooled(context: InstanceContext, pooled: PooledInstance): Promise<void> {
  const { driver, choices, reservations } = context;
  const { instance } = pooled;
  const { signal } = instance.abort;
  await choices.images.requireUsable(localAdmin, instance.record.image);
  await reservations.ids.settled();
  signal.throwIfAborted();
  await instance.save();
  const spec = await specOf(context, pooled);
  await driver.inSpareSlot(async (engine: Driver) => {
    signal.throwIfAborted();
    const { hasSshServer, member } = await engine.create(spec);
    instance.markMade([hasSshServer ? "ssh" : "running"], member);
    await engine.start(instance.id);
    instance.markRunning();
  });
  await waitUntilReady(context, instance, readyTimeoutMs);
  await driver.claims?.prepare(instance.id);
  signal.throwIfAborted();
}

async function specOf(
  context: InstanceContext,
  { instance, hostKey }: PooledInstance,
): Promise<ContainerSpec> {
  const { id, uid, name, image, hostname, ipAddress, ipv6Address } = instance.record;
  return {
    ...{ id, uid, name, image, hostname, ipAddress, ipv6Address },
    nameservers: await context.network.nameServers.current(),
    unclaimed: true,
    hosts: context.network.hostNames && (() => []),
    type: firstType(context),
    // The file with the keys exists before the claim, so that a claim only changes its content.
    files: [...hostKeyFiles(hostKey), authorizedKeysFile([])],
  };
}

/** Returns the type that instances have until they are claimed: the default of a create, if it exists. */
function firstType({ choices, driver }: InstanceContext): InstanceType {
  const { types } = choices;
  const byDefault = types.find(defaultOf("instance.create", "type"));
  const [first = { name: "unlimited" }] = types
    .list()
    .filter((type) => driver.claims?.accepts(type) === true);
  return byDefault !== undefined && driver.claims?.accepts(byDefault) === true ? byDefault : first;
}
