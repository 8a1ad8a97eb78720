import * as pulumi from "@pulumi/pulumi";
import type { Client } from "../client";
import type { Owner } from "../protocol/methods/values/claim";
import { daemonOfStack } from "./daemon-of-stack";
import { isMocked } from "./mocked";

/** The clients by stack, because the Automation API can run several stacks in one process. */
const clients = new Map<string, Promise<Client>>();

/** The recorded outputs of a resource. A resource that `--target` excludes can have none. */
export interface Recorded {
  readonly id: string;
  readonly uid?: string;
  readonly serverId?: string;
}

type Confirm = (client: Client, recorded: Required<Recorded>, owner: Owner) => Promise<unknown>;

const confirmations = {
  Instance: (client, { id, uid, serverId }, owner) =>
    client.call("instance.confirm", { instance: Number(id), uid, serverId, owner }),
  Fleet: (client, { id, uid, serverId }, owner) =>
    client.call("fleet.confirm", { fleet: id, uid, serverId, owner }),
  Key: (client, { id, uid, serverId }, owner) =>
    client.call("key.confirm", { name: id, uid, serverId, owner }),
} as const satisfies Record<string, Confirm>;

/**
 * Confirms a resource and its owner to the daemon as soon as Pulumi has recorded it. Its client token then no longer
 * recovers it. A failure is ignored, because the next hook of the resource confirms it too.
 */
export function confirmOnceRecorded(
  type: keyof typeof confirmations,
  resource: pulumi.Output<Recorded>,
  owner: Promise<Owner>,
): void {
  if (pulumi.runtime.isDryRun() || isMocked()) {
    return;
  }
  resource.apply(async ({ id, uid, serverId }) => {
    if (uid === undefined || serverId === undefined) {
      return;
    }
    try {
      const client = await clientOfStack();
      if ((await client.info()).features.includes("ownership")) {
        await confirmations[type](client, { id, uid, serverId }, await owner);
      }
    } catch (error) {
      await pulumi.log.debug(`confirmation failed: ${String(error)}`);
    }
  });
}

async function clientOfStack(): Promise<Client> {
  const server = process.env.MCC_SERVER ?? new pulumi.Config("minicloud").get("server");
  const stack = [pulumi.getProject(), pulumi.getStack(), server].join("\n");
  const client = clients.get(stack) ?? daemonOfStack();
  clients.set(stack, client);
  return await client;
}
