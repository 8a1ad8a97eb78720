import { type Client, connect } from "../client/client";
import type { Instance } from "../protocol/instance";
import { findInstances, type Target, targetOf, titleOf } from "./find-instances";
import { onEach } from "./on-each";
import { print } from "./output/print";

/** Changes the named instances at once and prints a line for each that was changed: `500 (web) running`. */
export async function changeInstances(
  texts: readonly string[],
  change: (client: Client, target: Target) => Promise<Instance>,
): Promise<void> {
  const client = connect();
  await onEach(await findInstances(client, texts), async (instance) => {
    const { status } = await change(client, targetOf(instance));
    print(`${titleOf(instance)} ${status}`);
  });
}
