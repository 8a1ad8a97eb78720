import { clock } from "../state/clock";
import { useValue } from "../state/observable";
import { timeLeft } from "../state/texts";

interface TimeLeftProperties {
  readonly expiresAt: string | undefined;
  readonly clockDifferenceMs: number;
}

/** The time until the daemon destroys something. It is the only part of a row that changes each second. */
export function TimeLeft({ expiresAt, clockDifferenceMs }: TimeLeftProperties) {
  return <>{timeLeft(expiresAt, useValue(clock) + clockDifferenceMs)}</>;
}
