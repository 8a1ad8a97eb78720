import { MccError } from "../../protocol/error";
import type { Finding } from "../driver/driver";

/** The driver cannot work on this host; `findings` lists everything that is missing, with the remedies. */
export class PreflightError extends MccError {
  constructor(
    readonly driver: string,
    readonly findings: readonly Finding[],
  ) {
    super(
      "unavailable",
      `The driver "${driver}" cannot work on this host: ${findings.map(({ lacking, remedy }) => `${lacking} (${remedy})`).join("; ")}.`,
    );
  }
}
