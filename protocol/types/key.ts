import type { Claim, Owner } from "./ownership";

/** Describes a public key that the daemon stores under a name. */
export interface Key {
  /** The random identity of this key: 32 hexadecimal digits. A new key with the same name has another one. */
  uid: string;
  /** The name of the key, unique on the daemon. */
  name: string;
  /** The public half of the key: `ssh-ed25519 AAAA… comment`. */
  publicKey: string;
  /** The fingerprint as `ssh-keygen -l` prints it: `SHA256:` and 43 characters. */
  fingerprint: string;
  /** When the key was added: a UTC time in ISO 8601. */
  createdAt: string;
  /** The account that it belongs to: the name of the token that created it. Absent for old daemons. */
  account?: string;
  /** The resource that owns the key. Absent if it has no owner. */
  owner?: Owner;
}

/** Selects a key. */
export interface KeyTarget {
  /** The name of the key. */
  name: string;
  /** The `uid` that the key must have. With another one, the key counts as `not-found`. Default: any. */
  uid?: string;
  /** The id that the daemon must have. Another daemon refuses the call with `conflict`. Default: any. */
  serverId?: string;
}

/** Contains the parameters of `key.add`. */
export interface KeyAddParameters extends Claim {
  /** The name of the key: 1 to 63 of `a-z`, `0-9` and `-`. */
  name: string;
  /** The public half of the key, as in a file `id_*.pub`: at most 16384 characters. */
  publicKey: string;
  /** Makes the call repeatable: the same token returns the same key. Default: a name that exists is a `conflict`. */
  clientToken?: string;
}

/** Contains the parameters of `key.confirm`. */
export interface KeyConfirmParameters extends KeyTarget {
  /** The `uid` that the caller has recorded. */
  uid: string;
  /** The resource that owns the key. */
  owner: Owner;
}

/** Contains the parameters of `key.update`. */
export interface KeyUpdateParameters extends KeyTarget {
  /** The new public half of the key: at most 16384 characters. */
  publicKey: string;
}

/** Tells whether `key.remove` had something to remove. */
export interface KeyRemoval {
  /** False if the key did not exist. */
  removed: boolean;
}
