const fontSize = 13;
const charWidth = 7.8;
const lineHeight = 18;
const margin = 16;
const barHeight = 30;

const colours = {
  background: "#0d1117",
  bar: "#21262d",
  text: "#e6edf3",
  dim: "#8b949e",
  green: "#3fb950",
  red: "#ff7b72",
  yellow: "#d29922",
  blue: "#79c0ff",
} as const;

/** The colours. The first rule that matches a line colours the line, or only the part that its first group matches. */
const rules: readonly { readonly pattern: RegExp; readonly colour: keyof typeof colours }[] = [
  { pattern: /^\$ .*$/, colour: "blue" },
  { pattern: /^(✓)/, colour: "green" },
  { pattern: /^….*$/, colour: "dim" },
  { pattern: /^ +\+ .*$/, colour: "green" },
  { pattern: /^ +- .*$/, colour: "red" },
  { pattern: /^These hosts exist .*$/, colour: "yellow" },
  { pattern: /^HOST .*$/, colour: "dim" },
];

/** Draws lines of text as a terminal: the same lines give the same picture, without a font or a browser. */
export function terminalSvg(title: string, lines: readonly string[]): string {
  const columns = Math.max(...lines.map((line) => line.length));
  const width = Math.ceil(columns * charWidth) + 2 * margin;
  const height = barHeight + lines.length * lineHeight + 2 * margin;
  const texts = lines.flatMap((line, index) =>
    spans(line).map(({ text, column, colour }) => {
      const x = margin + column * charWidth;
      const y = barHeight + margin + index * lineHeight + fontSize;
      // The viewer stretches a font of another width to this length.
      return `  <text x="${round(x)}" y="${y}" textLength="${round(text.length * charWidth)}" fill="${colours[colour]}">${escapeXml(text)}</text>`;
    }),
  );
  const dots = [colours.red, colours.yellow, colours.green].map(
    (fill, index) => `  <circle cx="${margin + 6 + index * 20}" cy="${barHeight / 2}" r="6" fill="${fill}"/>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="${fontSize}">`,
    `  <title>${escapeXml(title)}</title>`,
    `  <rect width="${width}" height="${height}" rx="8" fill="${colours.background}"/>`,
    `  <path d="M0 ${barHeight} V8 a8 8 0 0 1 8 -8 H${width - 8} a8 8 0 0 1 8 8 V${barHeight} z" fill="${colours.bar}"/>`,
    ...dots,
    ...texts,
    "</svg>",
    "",
  ].join("\n");
}

interface Span {
  readonly text: string;
  readonly column: number;
  readonly colour: keyof typeof colours;
}

function spans(line: string): Span[] {
  const rule = rules.find(({ pattern }) => pattern.test(line));
  const marked = rule?.pattern.exec(line)?.[1] ?? line;
  const rest = line.slice(marked.length);
  return [
    { text: marked, column: 0, colour: rule?.colour ?? ("text" as const) },
    { text: rest, column: marked.length, colour: "text" as const },
  ].flatMap(splitColumns);
}

/** Splits a text at wide gaps. Each part gets its own column, so that columns are aligned in any font. */
function splitColumns({ text, column, colour }: Span): Span[] {
  return [...text.matchAll(/\S+(?: \S+)*/g)].map(({ 0: part, index }) => {
    return { text: part, column: column + index, colour };
  });
}

function round(length: number): number {
  return Math.round(length * 10) / 10;
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
