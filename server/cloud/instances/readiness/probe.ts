import type { ExecResult } from "../../../driver/driver";

/** What an instance is reached by. */
export interface ProbeTarget {
  /** IPv4. */
  readonly address: string;
  /** Runs a command as root in the instance, which is killed when its time is over. */
  readonly exec: (command: readonly string[], timeoutMs: number) => Promise<ExecResult>;
}

/** How to find out whether an instance has reached a rung. */
export interface Probe {
  /** What a single look may take: an instance that drops packets must not hold the next look up. */
  readonly longestLookMs: number;
  /** Between looks the pauses grow up to this. */
  readonly longestPauseMs: number;
  /** What it sees may hold a secret. */
  readonly confidential?: true;
  /**
   * Resolves to nothing when the rung is reached, else to what was seen in its place, in a few words. Anything but
   * success is something seen.
   *
   * @param signal ends the look.
   */
  readonly look: (target: ProbeTarget, limit: LookLimit) => Promise<string | undefined>;
}

export interface LookLimit {
  readonly signal: AbortSignal;
  /** When the signal comes at the latest. */
  readonly timeoutMs: number;
}

/** For probes that cost a packet or two. */
export const quickPace = { longestLookMs: 2000, longestPauseMs: 250 };
