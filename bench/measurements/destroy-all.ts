import type { Client } from "../../client";

/** Destroys all instances at once. */
export async function destroyAll(client: Client): Promise<void> {
  const instances = await client.call("instance.list", {});
  await Promise.all(instances.map(({ id, uid }) => client.call("instance.destroy", { instance: id, uid })));
}
