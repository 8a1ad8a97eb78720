import type { ErrorCode } from "../../../../protocol/error";

/** The exit codes on which the driver acts. All others are only reported. */
export type ExitKind =
  | "locked"
  | "no-container"
  | "running"
  | "mounted"
  | "bad-command"
  | "ctid-taken"
  | "other";

/**
 * The meaning of an exit code of vzctl, and the remedy. No code is `unavailable`: clients take that for a daemon that is
 * being restarted, and repeat the call.
 */
export interface ExitMeaning {
  readonly exitCode: number;
  /** Distinguishes two meanings of one exit code. It must match vzctl's output. */
  readonly says?: RegExp;
  /** Distinguishes two meanings of one exit code: the actions of vzctl to which this one applies. Default: all. */
  readonly of?: readonly string[];
  readonly kind?: ExitKind;
  readonly code: Exclude<ErrorCode, "unavailable">;
  readonly meaning: string;
  readonly remedy: string;
}

export function exitMeaning(
  exitCode: number,
  code: ExitMeaning["code"],
  meaning: string,
  remedy: string,
  more: Pick<ExitMeaning, "kind" | "says" | "of"> = {},
): ExitMeaning {
  return { exitCode, code, meaning, remedy, ...more };
}

export const remedies = {
  reinstall: "reinstall the package vzctl",
  report: "see /var/log/vzctl.log on the host",
  retry: "try again",
  /** For a call that the driver should not have made. */
  defect: "this vzctl is not compatible with MiniCloud; report it with the vzctl version",
  freeDisk: "check whether the disk is full or read-only",
} as const;
