import type { ExecResult } from "../../../driver/driver";

/** The ways to reach an instance. */
export interface ProbeTarget {
  /** IPv4. */
  readonly address: string;
  /** Runs a command as root in the instance; kills it at its time limit. */
  readonly exec: (command: readonly string[], timeoutMs: number) => Promise<ExecResult>;
}

/** Finds out whether an instance has reached a rung. */
export interface Probe {
  /** The time limit of one probe: an instance that drops packets must not delay the next one. */
  readonly longestLookMs: number;
  /** The longest pause between two probes. */
  readonly longestPauseMs: number;
  /** Whether its result may have a secret in it. */
  readonly confidential?: true;
  /**
   * Resolves to undefined when the rung is reached, and otherwise to the reason in a few words, also for failures.
   *
   * @param signal ends the probe.
   */
  readonly look: (target: ProbeTarget, limit: LookLimit) => Promise<string | undefined>;
}

export interface LookLimit {
  readonly signal: AbortSignal;
  /** The time until the signal comes. */
  readonly timeoutMs: number;
}

/** For probes that cost a packet or two. */
export const quickPace = { longestLookMs: 2000, longestPauseMs: 250 };
