import { randomBytes } from "node:crypto";
import type { Fleet, Instance, Key } from "../../../client";
import type { Feature } from "../../../protocol/methods/server";
import { resourceOwner } from "../../resource-owner";
import { unlessGone } from "../gone";
import type { Identity } from "../identity-schema";
import { daemon } from "../sdk/connection";
import { takeReplaced } from "./held-tokens";

/** Longer than the time after which the daemon considers an attempt without calls ended. */
const patienceSeconds = 20;
const ownership: Feature = "ownership";

interface Target {
  readonly uid: string;
  readonly serverId: string;
}

/** Tells whether the daemon records owners. Those of earlier releases do not. */
export async function knowsOwners(): Promise<boolean> {
  return (await daemon().info()).features.includes(ownership);
}

/** Returns the parameters of a create that claim its result, with a new attempt for each call. */
export async function claimOf(identity: Identity) {
  const { clientToken, ownerUrn } = identity;
  const replaces = takeReplaced(ownerUrn);
  return (await knowsOwners())
    ? { clientToken, replaces, patienceSeconds, attempt: newAttempt(), owner: resourceOwner(identity) }
    : { clientToken };
}

/** Returns the parameters that claim an existing instance. */
export function adoptionOf(identity: Identity) {
  const { clientToken } = identity;
  return { clientToken, patienceSeconds, attempt: newAttempt(), owner: resourceOwner(identity) };
}

/** Returns the instance of a recorded resource, or undefined if it is gone, and confirms its current owner. */
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

/** Does the same as `recordedInstance` for a fleet. */
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

/** Does the same as `recordedInstance` for a key. */
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
