/** Identifies the resource of a Pulumi program that owns an instance, a fleet or a key. */
export interface Owner {
  /** The whole URN that Pulumi has for the resource: 1 to 16384 characters. */
  urn: string;
  /** The Pulumi organization of the stack. Absent if the stack's backend has no organizations. */
  organization?: string;
  /**
   * True if Pulumi forgets the resource instead of destroying it. Another resource can then adopt the instance, fleet or
   * key, and the same resource can create a new one. Default: false.
   */
  retainOnDelete?: boolean;
}

/**
 * Contains the parameters with which a create call states its owner. Only daemons whose {@link ServerInfo.features}
 * contain `ownership` accept them.
 */
export interface Claim {
  /**
   * A random id of this run of the create: 32 hexadecimal digits. It is the same each time that the run repeats the call.
   * With it, the `clientToken` recovers what an earlier attempt created only if no call has confirmed it, and if the
   * earlier attempt has made no call for 10 seconds. Recovery assigns a new `uid`. Default: any caller recovers it.
   */
  attempt?: string;
  /** The resource that owns the result. Default: the result has no owner. */
  owner?: Owner;
  /** How long the call waits for an earlier attempt to end, in seconds: 0 to 60. Default: 0. */
  patienceSeconds?: number;
  /**
   * The `uid` of the instance, fleet or key that the same resource had before. It continues to exist, without an owner.
   * Default: the call replaces nothing.
   */
  replaces?: string;
}

/** Contains the parameters with which `instance.update` gives an instance without an owner to a resource. */
export interface Adoption {
  /** The client token of the resource: 8 to 128 of `A-Z`, `a-z`, `0-9`, `_` and `-`. */
  clientToken: string;
  /** A random id of this run of the create: 32 hexadecimal digits. */
  attempt: string;
  /** The resource that owns the instance from now on. */
  owner: Owner;
  /** How long the call waits for an earlier attempt to end, in seconds: 0 to 60. Default: 0. */
  patienceSeconds?: number;
}

/** Describes what a client token created. */
export interface ClaimedToken {
  /** The client token. */
  clientToken: string;
  /** What it created. */
  kind: "instance" | "fleet" | "key";
  /** The name of the instance, fleet or key. */
  name: string;
  /** False until the owner has confirmed the result. Until then the token can recover it. */
  spent: boolean;
  /** The resource that owns it. Absent if it has no owner, or if an earlier release created it. */
  owner?: Owner;
  /** True if the owner has released it. */
  released: boolean;
}

/** Selects the client tokens that `token.list` describes. */
export interface TokenListParameters {
  /** At most 64 client tokens. */
  clientTokens: string[];
}
