import { setTimeout as pause } from "node:timers/promises";
import { MccError } from "../../../../protocol/error";
import { type Rung, rungKind, rungText } from "../../../../protocol/methods/values/readiness";
import type { Deadline } from "../../../support/time-limits";
import { untilAborted } from "../../../support/time-limits";
import type { Probe, ProbeTarget } from "./probe";
import { probeOfRung } from "./probe-of-rung";

const shortestPauseMs = 5;
/** The last probe may end this much after the deadline, so that the error has its result. */
const shortestLookMs = 100;

export interface Climb {
  readonly target: ProbeTarget;
  readonly deadline: Deadline;
  /** Whether messages leave out commands and their output, which may have secrets in them. Default: no. */
  readonly hideOutput?: boolean | undefined;
  /** Ends the climb; its reason is thrown. */
  readonly signal: AbortSignal;
  /** Called with the rung that is waited for next, in words. */
  readonly onRung: (words: string) => void;
}

/**
 * Resolves once all rungs are reached, one after the other.
 *
 * @throws MccError `timeout` that names the rung that was not reached and the last result of its probe.
 */
export async function climb(rungs: readonly Rung[], how: Climb): Promise<void> {
  for (const rung of rungs) {
    const words = how.hideOutput === true ? rungKind(rung) : rungText(rung);
    await reach(words, probeOfRung(rung, how), how);
  }
}

/** Repeats the probe until the rung is reached. @throws as `climb` does. */
export async function reach(
  words: string,
  probe: Probe,
  { target, deadline, signal, onRung }: Climb,
): Promise<void> {
  onRung(words);
  let pauseMs = shortestPauseMs;
  for (;;) {
    const lookMs = Math.min(probe.longestLookMs, Math.max(deadline.leftMs, shortestLookMs));
    const seen = await lookOnce(probe, target, lookMs, signal);
    if (seen === undefined) {
      return;
    }
    if (pauseMs > deadline.leftMs) {
      throw new MccError(
        "timeout",
        `${target.address} did not get as far as "${words}" within ${deadline.timeoutMs / 1000} s (last seen: ${seen}).`,
        { confidential: probe.confidential ?? false },
      );
    }
    await pause(pauseMs, undefined, { signal }).catch(() => signal.throwIfAborted());
    pauseMs = Math.min(pauseMs * 1.5, probe.longestPauseMs);
  }
}

async function lookOnce(
  { look }: Probe,
  target: ProbeTarget,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<string | undefined> {
  const over = new AbortController();
  const timer = setTimeout(() => over.abort(), timeoutMs);
  try {
    return await untilAborted(signal, () => look(target, { signal: over.signal, timeoutMs }));
  } finally {
    clearTimeout(timer);
    over.abort();
  }
}
