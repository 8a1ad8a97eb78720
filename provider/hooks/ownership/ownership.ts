import { randomBytes } from "node:crypto";
import type { Fleet, Instance, Key } from "../../../client";
import type { Feature } from "../../../protocol/methods/server";
import { resourceOwner } from "../../resource-owner";
import { unlessGone } from "../gone";
import type { Identity } from "../identity-schema";
import { daemon } from "../sdk/connection";
import { takeReplaced } from "./held-tokens";

/** Longer than an attempt that was killed counts as one that goes on. */
const patienceSeconds = 20;
const ownership: Feature = "ownership";

interface Target {
  readonly uid: string;
  readonly serverId: string;
}

/** Whether the daemon knows whose things are; those of earlier releases do not. */
export async function knowsOwners(): Promise<boolean> {
  return (await daemon().info()).features.includes(ownership);
}

/** What a create says of itself, beside what it makes; another attempt each time. */
export async function claimOf(identity: Identity) {
  const { clientToken, ownerUrn } = identity;
  const replaces = takeReplaced(ownerUrn);
  return (await knowsOwners())
    ? { clientToken, replaces, patienceSeconds, attempt: newAttempt(), owner: resourceOwner(identity) }
    : { clientToken };
}

/** The same for what is there already. */
export function adoptionOf(identity: Identity) {
  const { clientToken } = identity;
  return { clientToken, patienceSeconds, attempt: newAttempt(), owner: resourceOwner(identity) };
}

/** What a recorded resource stands for; the daemon hears that it is recorded, and whose it is by now. */
export async function recordedInstance(
  target: Target & { readonly instance: number },
  identity: Identity,
): Promise<Instance | undefined> {
  return await unlessGone(
    (await knowsOwners())
      ? daemon().call("instance.confirm", { ...target, owner: resourceOwner(identity) })
      : daemon().call("instance.get", target),
  );
}

/** As `recordedInstance`. */
export async function recordedFleet(
  target: Target & { readonly fleet: string },
  identity: Identity,
): Promise<Fleet | undefined> {
  return await unlessGone(
    (await knowsOwners())
      ? daemon().call("fleet.confirm", { ...target, owner: resourceOwner(identity) })
      : daemon().call("fleet.get", target),
  );
}

/** As `recordedInstance`. */
export async function recordedKey(
  target: Target & { readonly name: string },
  identity: Identity,
): Promise<Key | undefined> {
  return await unlessGone(
    (await knowsOwners())
      ? daemon().call("key.confirm", { ...target, owner: resourceOwner(identity) })
      : daemon().call("key.get", target),
  );
}

function newAttempt(): string {
  return randomBytes(16).toString("hex");
}
