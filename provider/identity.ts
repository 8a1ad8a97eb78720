import { createHash } from "node:crypto";
import { hostname, userInfo } from "node:os";
import * as pulumi from "@pulumi/pulumi";

/** The inputs that identify a resource's owner and make its creation idempotent, in addition to its arguments. */
export interface Identity {
  readonly ownerUrn: Promise<string>;
  /** The organization of the stack. Undefined in users' unit tests without one. */
  readonly organization: string | undefined;
  readonly clientToken: Promise<string>;
  /** Present if Pulumi removes the resource from its state without destroying it. */
  readonly retainOnDelete?: true;
}

/**
 * Returns an identity that is the same in every run of the program, so that the next run continues an interrupted
 * creation instead of starting a second one.
 */
export function identityOf(
  type: string,
  name: string,
  { parent, retainOnDelete }: pulumi.CustomResourceOptions,
): Identity {
  const urn = pulumi.createUrn(name, `pulumi-nodejs:dynamic/minicloud:${type}`, parent);
  // Not the output itself, which would make the resource depend on its parent, and therefore on itself.
  const ownerUrn = new Promise<string>((resolve) => void urn.apply(resolve));
  return {
    ownerUrn,
    organization: organization(),
    clientToken: ownerUrn.then((owner) => tokenOf(owner)),
    ...(retainOnDelete === true ? { retainOnDelete } : {}),
  };
}

/** Includes a namespace, because stacks of two users with self-managed backends can have the same name. */
function tokenOf(ownerUrn: string): string {
  const namespace = new pulumi.Config("minicloud").get("namespace") ?? `${userName()}@${hostname()}`;
  return createHash("sha256").update(`${namespace}\n${ownerUrn}`).digest("hex").slice(0, 32);
}

function organization(): string | undefined {
  try {
    return pulumi.getOrganization();
  } catch {
    // The SDK throws if there is no organization.
    return undefined;
  }
}

/** Returns the user's name, or the user id if it has no name, as in some containers. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.());
  }
}
