import type { Role } from "./access-token";

/** Describes a change that a client asked for, or that the daemon made itself. */
export interface AuditEntry {
  /** When the change ended or was refused: a UTC time in ISO 8601. */
  time: string;
  /** The name of the token of the call. Absent for a change that the daemon made itself. */
  account?: string;
  /** The rights of the token. Absent for a change that the daemon made itself. */
  role?: Role;
  /** The address from which the call came. */
  from?: string;
  /** The method, such as `instance.create`. */
  method: string;
  /** What the call named, and what it created: values of parameters and of the result that name objects. */
  subject: Record<string, string | number>;
  /** `"ok"`, or the code of the error. */
  result: string;
  /** The duration of the call in milliseconds. */
  ms: number;
  /** The message of the error, unless it can contain a secret; or why the daemon made the change. */
  reason?: string;
}

/** Contains the parameters of `audit.list`: which entries to return. */
export interface AuditListParameters {
  /** Only those of this account. Default: all. */
  account?: string;
  /** Only those of this method, or of the methods of a noun: `instance.destroy`, `instance`. Default: all. */
  method?: string;
  /** Only those whose subject has this id or name. Default: all. */
  subject?: string;
  /** Only those that failed or were refused. Default: false. */
  failed?: boolean;
  /** Only those after this UTC time in ISO 8601. Default: all. */
  since?: string;
  /** Only those before this UTC time in ISO 8601. Default: all. */
  until?: string;
  /** Returns at most the latest of this number: 1 to 1000. Default: 100. */
  limit?: number;
}
