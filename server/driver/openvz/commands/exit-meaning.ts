import type { ErrorCode } from "../../../../protocol/error";

/** What the driver acts upon; everything else is only told. */
export type ExitKind =
  | "locked"
  | "no-container"
  | "not-running"
  | "running"
  | "mounted"
  | "bad-command"
  | "ctid-taken"
  | "other";

/** What an exit code of vzctl's means, and what to do. */
export interface ExitMeaning {
  readonly exitCode: number;
  /** Tells two meanings of one exit code apart; found in what vzctl wrote. */
  readonly says?: RegExp;
  readonly kind?: ExitKind;
  readonly code: ErrorCode;
  readonly meaning: string;
  readonly remedy: string;
}

export function exitMeaning(
  exitCode: number,
  code: ErrorCode,
  meaning: string,
  remedy: string,
  more: { kind?: ExitKind; says?: RegExp } = {},
): ExitMeaning {
  return { exitCode, code, meaning, remedy, ...more };
}

export const remedies = {
  report: "look at /var/log/vzctl.log on the host",
  retry: "try again",
  /** For what the driver should not have asked. */
  defect: "this vzctl does not understand MiniCloud; report it with the vzctl version",
  freeDisk: "look whether the disk is full or read-only",
} as const;
