import { applyFleet, type Client } from "../client";

/** Work that leaves nothing. `name` is free for its objects. */
export type Task = (client: Client, name: string) => Promise<unknown>;

const publicKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIK0wmN/Cr3JXqmLW7u+g9pTh+wyqDHpSQEIQczXkVx9q soak";
const running = { type: "light", waitFor: ["running" as const] };

/** The tasks, which the workers take in turns. */
export const tasks: readonly Task[] = [
  async (client, name) => {
    const { id } = await client.call("instance.create", { name, ...running, waitSeconds: 60 });
    await client.call("instance.wait", { instance: id });
    await client.call("instance.exec", { instance: id, command: ["true"] });
    await client.call("instance.destroy", { instance: id });
  },
  async (client, name) => {
    const { id } = await client.call("instance.create", { name, ...running, waitSeconds: 60 });
    await client.call("instance.wait", { instance: id });
    await client.call("instance.restart", { instance: id, graceSeconds: 0 });
    const { exec } = await client.call("instance.execStart", { instance: id, command: ["sleep", "60"] });
    await client.call("instance.execEnd", { exec });
    await client.call("instance.destroy", { instance: id });
  },
  async (client, name) => {
    await applyFleet(client, { name, count: 3, ...running });
    await client.call("fleet.destroy", { fleet: name });
  },
  async (client, name) => {
    await client.call("key.add", { name, publicKey });
    const { lease } = await client.call("lease.open", { seconds: 60 });
    await client.call("instance.create", { name, lease, keys: [name], ...running, waitSeconds: 60 });
    await client.call("key.remove", { name });
    await client.call("lease.end", { lease });
  },
  async (client, name) => {
    // Destroyed during its creation.
    const { id } = await client.call("instance.create", { name, ...running });
    await client.call("instance.destroy", { instance: id });
  },
];
