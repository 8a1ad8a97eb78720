/** Keeps the client tokens of the stack's resources that the engine has passed to this process. */

interface Holder {
  /** The current URN in the program. The resource can have had another one when it was created. */
  readonly ownerUrn: string;
  /** Whether Pulumi removes the resource from its state without destroying it. */
  readonly retainOnDelete: boolean;
}

const holders = new Map<string, Holder>();
const tokens = new Map<string, string>();
const replaced = new Map<string, string>();

/** Notes that the stack's state has a resource with this token. */
export function noteHolder(clientToken: string, holder: Holder): void {
  holders.set(clientToken, holder);
  tokens.set(holder.ownerUrn, clientToken);
}

export function holderOf(clientToken: string): Holder | undefined {
  return holders.get(clientToken);
}

/** Forgets everything, for tests. The engine runs each operation in a new process. */
export function forgetHeldTokens(): void {
  [holders, tokens, replaced].forEach((map) => map.clear());
}

/** Returns the token of the recorded resource that now has this URN. */
export function tokenOf(ownerUrn: unknown): string | undefined {
  return typeof ownerUrn === "string" ? tokens.get(ownerUrn) : undefined;
}

/** Notes that the engine will replace the object of the resource. */
export function noteReplaced({ ownerUrn, uid }: Record<string, unknown>): void {
  if (typeof ownerUrn === "string" && typeof uid === "string") {
    replaced.set(ownerUrn, uid);
  }
}

/** Notes that the engine destroys an object, so that it does not count as retained. */
export function noteDeleted({ uid }: { readonly uid: string }): void {
  for (const [ownerUrn, other] of replaced) {
    if (other === uid) {
      replaced.delete(ownerUrn);
    }
  }
}

/** Returns the uid of a retained object: one that the engine replaces and has not destroyed. */
export function takeReplaced(ownerUrn: string): string | undefined {
  const uid = replaced.get(ownerUrn);
  replaced.delete(ownerUrn);
  return uid;
}
