import type { ErrorCode } from "../../../../protocol/error";

/** The exit codes on which the driver acts. All others are only reported. */
export type ExitKind =
  | "locked"
  | "no-container"
  | "not-running"
  | "running"
  | "mounted"
  | "bad-command"
  | "ctid-taken"
  | "other";

/** The meaning of an exit code of vzctl, and the remedy. */
export interface ExitMeaning {
  readonly exitCode: number;
  /** Distinguishes two meanings of one exit code. It must match vzctl's output. */
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
  report: "see /var/log/vzctl.log on the host",
  retry: "try again",
  /** For a call that the driver should not have made. */
  defect: "this vzctl is not compatible with MiniCloud; report it with the vzctl version",
  freeDisk: "check whether the disk is full or read-only",
} as const;
