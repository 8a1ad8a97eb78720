import { MccError } from "../../protocol/error";

/**
 * Refuses a call that is meant for what another daemon made. It must never count as "gone": whoever asks
 * would then forget something that runs on elsewhere.
 *
 * @param asked the `serverId` that came with the call, if one came.
 * @throws MccError `conflict` with the way out.
 */
export function refuseOtherServer(what: string, asked: string | undefined, own: string): void {
  if (asked === undefined || asked === own) {
    return;
  }
  throw new MccError(
    "conflict",
    `This is not the server that made ${what}: that was ${asked.slice(0, 8)}…, this is ${own.slice(0, 8)}…, and nothing was changed. Point MCC_SERVER or minicloud:server to the right one; if that host was wiped, "pulumi state delete" forgets what was on it.`,
  );
}
