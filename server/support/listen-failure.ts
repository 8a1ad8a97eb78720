import { errnoOf } from "../../protocol/errno";
import { type ErrorCode, MccError, messageOf } from "../../protocol/error";

/** The errors of the system for an address or port, and their remedies. */
const listenFailures: Record<string, { code: ErrorCode; remedy: string }> = {
  EADDRINUSE: { code: "conflict", remedy: "another program uses it; choose another port with -p" },
  EADDRNOTAVAIL: {
    code: "invalid",
    remedy: "this host does not have this address; choose one of its own with -l",
  },
  EACCES: { code: "forbidden", remedy: "only root can use ports below 1024; choose another one with -p" },
};

/** Returns the error for an address and a port on which the system does not let this process listen. */
export function listenFailure(error: unknown, address: string, port: number): MccError {
  const { code, remedy } = listenFailures[errnoOf(error)] ?? {
    code: "unavailable",
    remedy: messageOf(error),
  };
  return new MccError(code, `Cannot listen on ${address}, port ${port}: ${remedy}.`);
}
