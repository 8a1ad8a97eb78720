/** Which resources of the stack have which client tokens, as far as the engine has shown in this process. */

interface Holder {
  /** As the program has it by now; the resource may have been elsewhere when it was made. */
  readonly ownerUrn: string;
  /** Whether Pulumi forgets the resource in place of destroying it. */
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

/** For the next operation of the engine, which has a process of its own, and so for a test that stands for one. */
export function forgetHeldTokens(): void {
  [holders, tokens, replaced].forEach((map) => map.clear());
}

/** The token of the recorded resource that has this URN by now. */
export function tokenOf(ownerUrn: unknown): string | undefined {
  return typeof ownerUrn === "string" ? tokens.get(ownerUrn) : undefined;
}

/** Notes that the engine will replace what the resource has. */
export function noteReplaced({ ownerUrn, uid }: Record<string, unknown>): void {
  if (typeof ownerUrn === "string" && typeof uid === "string") {
    replaced.set(ownerUrn, uid);
  }
}

/** Notes that something is destroyed in the ordinary way. */
export function noteDeleted({ uid }: { readonly uid: string }): void {
  for (const [ownerUrn, other] of replaced) {
    if (other === uid) {
      replaced.delete(ownerUrn);
    }
  }
}

/** The uid of what the engine replaces and did not have destroyed: it is retained. */
export function takeReplaced(ownerUrn: string): string | undefined {
  const uid = replaced.get(ownerUrn);
  replaced.delete(ownerUrn);
  return uid;
}
