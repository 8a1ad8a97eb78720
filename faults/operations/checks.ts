import assert from "node:assert/strict";
import type { Client, Instance } from "../../client";
import { MccError } from "../../client";
import { loginLines } from "../../test/support/login-lines";
import type { Scene } from "./operation";

/** The time for calls of the operations. Only a broken daemon exceeds it. */
export const patienceSeconds = 60;

const blob = (text: string): string =>
  Buffer.concat([
    Buffer.from([0, 0, 0, 11]),
    Buffer.from("ssh-ed25519"),
    Buffer.from([0, 0, 0, 32]),
    Buffer.alloc(32, text),
  ]).toString("base64");

export const publicKeys = {
  first: `ssh-ed25519 ${blob("1")} first`,
  second: `ssh-ed25519 ${blob("2")} second`,
} as const;

/** Creates an instance and waits until it is ready. */
export async function createReady(
  { client, host, token }: Scene,
  more: { readonly name: string; readonly keys?: string[] },
): Promise<Instance> {
  const { id, uid } = await client.call("instance.create", {
    image: host.image,
    clientToken: token,
    ...more,
  });
  for (;;) {
    const { ready, instance } = await client.call("instance.wait", {
      instance: id,
      uid,
      timeoutSeconds: patienceSeconds,
    });
    if (ready) {
      return instance;
    }
  }
}

/** Returns the instance with this name; undefined if none has it. */
export async function named(client: Client, name: string): Promise<Instance | undefined> {
  return (await client.call("instance.list", {})).find((instance) => instance.name === name);
}

/** Returns the public keys with which root can log in. */
export async function keysInside(client: Client, { id }: Instance): Promise<string[]> {
  const { exitCode, stdout } = await client.call("instance.exec", {
    instance: id,
    command: ["cat", "/root/.ssh/authorized_keys"],
  });
  assert.equal(exitCode, 0, "authorized_keys can be read");
  const lines = loginLines(Buffer.from(stdout, "base64").toString()).split("\n");
  return lines.filter((line) => line !== "");
}

/** Returns whether the daemon has said that the object does not exist. */
export function isGone(error: unknown): boolean {
  return MccError.isInstance(error) && error.code === "not-found";
}
