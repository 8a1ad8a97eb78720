import type { Quota, QuotaLimits } from "./quota";

/**
 * Names the rights of an access token.
 *
 * - `"admin"`: everything.
 * - `"user"`: creates instances, fleets, keys and leases; sees and changes only what tokens of its name created.
 * - `"reader"`: sees everything except logs and the output of `userData`; changes nothing.
 */
export type Role = "admin" | "user" | "reader";

/** Describes an access token, without its text, which the daemon does not keep. */
export interface AccessToken {
  /**
   * The name of the token. It is also the account of everything that is created with the token, so a new token with the
   * same name has the same instances.
   */
  name: string;
  /** The rights of the token. */
  role: Role;
  /** When the token was added: a UTC time in ISO 8601. */
  createdAt: string;
  /** When its text was last replaced: a UTC time in ISO 8601. Absent if it never was. */
  rotatedAt?: string;
  /** When it expires: a UTC time in ISO 8601. Absent if it never does. */
  expiresAt?: string;
  /** Until when the previous text is also accepted: a UTC time in ISO 8601. Absent if it is not. */
  previousUntil?: string;
  /** The client certificate that is accepted in place of the text. Absent if there is none. */
  certificate?: ClientCertificate;
  /** What the account may have, and what it has. Absent for an account without limits, and for old daemons. */
  quota?: Quota;
}

/** Describes a client certificate. */
export interface ClientCertificate {
  /** The SHA-256 of the certificate: 64 hexadecimal digits. */
  fingerprint: string;
  /** From when it is accepted: a UTC time in ISO 8601. */
  validFrom: string;
  /** Until when it is accepted: a UTC time in ISO 8601. */
  expiresAt: string;
}

/** Contains the parameters of `accessToken.setCertificate`. */
export interface AccessTokenSetCertificateParameters extends AccessTokenTarget {
  /** The certificate in PEM, of any authority or self-signed. Default: none is accepted any more. */
  certificate?: string;
}

/** Contains the parameters of `accessToken.add`. */
export interface AccessTokenAddParameters {
  /** The name of the token: 1 to 63 of `a-z`, `0-9` and `-`. */
  name: string;
  /** The rights of the token. */
  role: Role;
  /** After how many seconds the token expires: at most ten years. Default: never. */
  lifetimeSeconds?: number;
  /** What the account may have. Limits that are not given stay, if there was a token of this name. Default: no limits. */
  limits?: QuotaLimits;
}

/** Describes a token with its text, which no later call returns. */
export interface NewAccessToken extends AccessToken {
  /** The text that clients send: 43 characters. */
  token: string;
}

/** Selects an access token. */
export interface AccessTokenTarget {
  /** The name of the token. */
  name: string;
}

/** Contains the parameters of `accessToken.rotate`. */
export interface AccessTokenRotateParameters extends AccessTokenTarget {
  /** After how many seconds the new text expires. Default: the same time as the previous one had. */
  lifetimeSeconds?: number;
  /** How long the previous text is also accepted, in seconds: at most 7 days. Default: 0. */
  graceSeconds?: number;
}

/** Tells whether `accessToken.revoke` had something to revoke. */
export interface AccessTokenRevocation {
  /** False if the token did not exist. */
  revoked: boolean;
}

/** Describes the token of a call. */
export interface CallerIdentity {
  /** The name of the token. Everything that the caller creates belongs to the account of this name. */
  account: string;
  /** The rights of the token. */
  role: Role;
}
