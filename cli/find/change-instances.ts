import type { Client } from "../../client/client";
import type { Instance } from "../../protocol/methods/instance";
import type { Io } from "../io";
import { findInstances, type Target, targetOf, titleOf } from "./instances";
import { onEach } from "./on-each";

/** Changes the named instances in parallel and prints a line for each one that was changed: `500 (web) running`. */
export async function changeInstances(
  io: Io,
  texts: readonly string[],
  change: (client: Client, target: Target) => Promise<Instance>,
): Promise<void> {
  const client = io.connect();
  await onEach(await findInstances(client, texts), async (instance) => {
    const { status } = await change(client, targetOf(instance));
    io.print(`${titleOf(instance)} ${status}`);
  });
}
