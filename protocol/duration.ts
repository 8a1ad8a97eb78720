const unitSeconds = { s: 1, m: 60, h: 3600, d: 86_400 } as const;
type Unit = keyof typeof unitSeconds;

/** The longest duration: ten years. */
export const longestDurationSeconds = 10 * 365 * unitSeconds.d;

/** The form of a duration, for messages. */
export const durationForm = `expected a duration such as "45m", "2h", "1h30m" or a whole number of seconds, from 1 s to 3650 d`;

/**
 * Parses a duration such as `90s`, `45m`, `2h`, `1d`, `1h30m` or a number of seconds.
 *
 * @param leastSeconds the minimum, in seconds.
 * @returns the seconds, or undefined if the value is not a duration, is too short, or is longer than ten years.
 */
export function durationSeconds(value: string | number, leastSeconds = 1): number | undefined {
  const seconds = secondsOf(String(value).trim());
  return seconds === undefined || seconds < leastSeconds || seconds > longestDurationSeconds
    ? undefined
    : seconds;
}

function secondsOf(text: string): number | undefined {
  if (/^\d{1,10}$/.test(text)) {
    return Number(text);
  }
  if (!/^(\d{1,10}[smhd])+$/.test(text)) {
    return undefined;
  }
  return [...text.matchAll(/(\d+)([smhd])/g)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * unitSeconds[unit as Unit],
    0,
  );
}

/** Formats a duration for users, in its two largest units: `1h 59m`, `45s`. */
export function formatDuration(seconds: number): string {
  let rest = Math.max(0, Math.round(seconds));
  const parts: string[] = [];
  for (const unit of ["d", "h", "m", "s"] as const) {
    const count = Math.floor(rest / unitSeconds[unit]);
    rest -= count * unitSeconds[unit];
    if (count > 0) {
      parts.push(`${count}${unit}`);
    }
  }
  return parts.slice(0, 2).join(" ") || "0s";
}
