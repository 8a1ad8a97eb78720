import * as pulumi from "@pulumi/pulumi";
import type { Client } from "../client";
import type { Owner } from "../protocol/methods/claim";
import { daemonOfStack } from "./daemon-of-stack";
import { isMocked } from "./mocked";

/** By stack, as the Automation API runs several in one process. */
const clients = new Map<string, Promise<Client>>();

/** What the engine has recorded of a resource. With `--target`, one that is left out has nothing. */
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
 * Tells the daemon whose a resource is once Pulumi has recorded it, so that its client token recovers it no more.
 * What fails does not matter: the next hook of the resource tells it, too.
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
      await pulumi.log.debug(`not confirmed: ${String(error)}`);
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
