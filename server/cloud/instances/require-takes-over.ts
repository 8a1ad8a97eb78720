import { MccError } from "../../../protocol/error";
import type { Driver, TakesOver } from "../../driver/driver";

/** @throws MccError `forbidden` with a driver that cannot. */
export function requireTakesOver({ takesOver }: Driver): TakesOver {
  if (takesOver === undefined) {
    throw new MccError(
      "forbidden",
      "This server's driver takes over no containers; the openvz driver does, on a host with OpenVZ.",
    );
  }
  return takesOver;
}
