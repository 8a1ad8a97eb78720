const unitSeconds = { s: 1, m: 60, h: 3600, d: 86_400 } as const;
type Unit = keyof typeof unitSeconds;

/** Ten years: long enough for anything that is meant to end. */
export const longestDurationSeconds = 10 * 365 * unitSeconds.d;

/** What a length of time looks like, for messages. */
export const durationForm = `expected a length of time such as "45m", "2h", "1h30m" or a whole number of seconds, from 1 s to 3650 d`;

/**
 * The seconds of a length of time as people write it: `90s`, `45m`, `2h`, `1d`, `1h30m`, or a number of seconds.
 *
 * @param leastSeconds 0 where none at all is a length of time, too.
 * @returns undefined for what is no such time, is too short, or is longer than ten years.
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

/** The two largest units of a length of time, for people: `1h 59m`, `45s`. */
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
