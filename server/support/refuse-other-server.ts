import { MccError } from "../../protocol/error";

/**
 * Refuses a call for a resource of another daemon. It must never count as a missing resource: the caller would remove
 * it from its state, although it still runs elsewhere.
 *
 * @param asked the `serverId` of the call, if it has one.
 * @throws MccError `conflict` with the remedy.
 */
export function refuseOtherServer(what: string, asked: string | undefined, own: string): void {
  if (asked === undefined || asked === own) {
    return;
  }
  throw new MccError(
    "conflict",
    `This is not the server that created ${what}: that was ${asked.slice(0, 8)}…, this is ${own.slice(0, 8)}…, and nothing was changed. Set MCC_SERVER or minicloud:server to the other one; if that host no longer exists, or was rebuilt, remove its resources from the stack with "pulumi state delete --all", or one by one with "pulumi state delete URN".`,
  );
}
