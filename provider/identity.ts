import { createHash } from "node:crypto";
import { hostname, userInfo } from "node:os";
import * as pulumi from "@pulumi/pulumi";

/** Inputs that a resource gets besides its arguments: whose it is, and what makes its creation repeatable. */
export interface Identity {
  readonly ownerUrn: Promise<string>;
  /** Who has the stack. None in users' unit tests that give none. */
  readonly organization: string | undefined;
  readonly clientToken: Promise<string>;
  /** Present when Pulumi only forgets the resource in place of destroying it. */
  readonly retainOnDelete?: true;
}

/**
 * The same at every run of the program, so that a creation whose end nobody saw is taken up by the next run
 * instead of being done a second time.
 */
export function identityOf(
  type: string,
  name: string,
  { parent, retainOnDelete }: pulumi.CustomResourceOptions,
): Identity {
  const urn = pulumi.createUrn(name, `pulumi-nodejs:dynamic/minicloud:${type}`, parent);
  // Not the output itself: it would make the resource depend on its parent, and so on itself.
  const ownerUrn = new Promise<string>((resolve) => void urn.apply(resolve));
  return {
    ownerUrn,
    organization: organization(),
    clientToken: ownerUrn.then((owner) => tokenOf(owner)),
    ...(retainOnDelete === true ? { retainOnDelete } : {}),
  };
}

/** Two people's stacks may have the same name, where each keeps the state to himself. */
function tokenOf(ownerUrn: string): string {
  const namespace = new pulumi.Config("minicloud").get("namespace") ?? `${userName()}@${hostname()}`;
  return createHash("sha256").update(`${namespace}\n${ownerUrn}`).digest("hex").slice(0, 32);
}

function organization(): string | undefined {
  try {
    return pulumi.getOrganization();
  } catch {
    // The SDK has no other way to say that there is none.
    return undefined;
  }
}

/** A user id need not have a name, as in containers. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.());
  }
}
