import type { HostState, Moment } from "./moment";

const colours: Readonly<Record<HostState, string>> = {
  pending: "#b8b8b8",
  running: "#3a9a5c",
  down: "#c8453c",
  gone: "none",
};

const size = { lane: 26, bar: 12, names: 160, width: 900, margin: 24, head: 40 } as const;

/** Returns a picture: a row for each host, whose colour tells its state, with a mark for each moment. */
export function timelineSvg(fleet: string, moments: readonly Moment[]): string {
  const names = [...new Set(moments.map(({ who }) => who))].sort((one, other) =>
    one.localeCompare(other, "en", { numeric: true }),
  );
  const startMs = moments[0]?.atMs ?? 0;
  const lengthMs = Math.max(1, (moments.at(-1)?.atMs ?? 0) - startMs);
  const xOf = (atMs: number): number =>
    round(size.names + ((atMs - startMs) / lengthMs) * (size.width - size.names - size.margin));
  const height = size.head + names.length * size.lane + size.margin;
  const rows = names.flatMap((name, index) => {
    const y = size.head + index * size.lane;
    const own = moments.filter(({ who }) => who === name);
    return [
      text(size.margin / 2, y + size.bar - 1, name),
      ...bars(own, xOf, y),
      ...marks(own, xOf, y, startMs),
    ];
  });
  const title = `Timeline of fleet ${fleet}, ${round(lengthMs / 1000)} s from ${new Date(startMs).toISOString()}`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="100%" height="100%" fill="white"/>`,
    text(size.margin / 2, size.head / 2, title),
    ...rows,
    "</svg>\n",
  ].join("\n");
}

/** The states of one host, each from its moment to the next one. */
function bars(own: readonly Moment[], xOf: (atMs: number) => number, y: number): string[] {
  const changes = own.filter(({ state }) => state !== undefined);
  return changes.flatMap(({ atMs, state = "gone" }, index) => {
    const from = xOf(atMs);
    const to =
      changes[index + 1] === undefined ? size.width - size.margin : xOf(changes[index + 1]?.atMs ?? atMs);
    return state === "gone"
      ? []
      : [
          `<rect x="${from}" y="${y}" width="${round(to - from)}" height="${size.bar}" fill="${colours[state]}"/>`,
        ];
  });
}

/** A thin line for each moment, whose tooltip tells what happened. */
function marks(own: readonly Moment[], xOf: (atMs: number) => number, y: number, startMs: number): string[] {
  return own.map(({ atMs, what }) => {
    const label = escaped(`${((atMs - startMs) / 1000).toFixed(3)} s: ${what}`);
    const place = `x="${xOf(atMs)}" y="${y - 3}" width="1.5" height="${size.bar + 6}"`;
    return `<rect ${place} fill="#222222"><title>${label}</title></rect>`;
  });
}

function text(x: number, y: number, words: string): string {
  return `<text x="${x}" y="${y}" fill="#222222">${escaped(words)}</text>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** XML allows neither these characters as they are, nor most control characters in any form. */
function escaped(words: string): string {
  return words
    .replaceAll(/[\p{Cc}\p{Cs}]+/gu, " ")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
