/** The variables of which vzctl 4 uses the last line, because its `parse` sets them again. */
const replacing =
  /^(VE_LAYOUT|KMEMSIZE|DCACHESIZE|(LOCKED|PRIVVM|SHM|PHYS|SWAP|VMGUAR|OOMGUAR)PAGES|(AV)?NUM[A-Z]+|[A-Z]+BUF)$/;

/** The variables of a configuration, as a vzctl of the generation makes them of its lines. */
export function parseConfiguration(text: string, generation: "v4" | "v7"): Map<string, string> {
  const variables = new Map<string, string>();
  for (const [name, value] of text.split("\n").flatMap((line) => lineParsers[generation](unescaped(line)))) {
    if (name === "IP_ADDRESS" && generation === "v4") {
      variables.set(name, `${variables.get(name) ?? ""} ${value}`.trim());
    } else if (generation === "v7" || replacing.test(name) || !variables.has(name)) {
      variables.set(name, value);
    }
  }
  return variables;
}

type Pair = readonly [name: string, value: string];

/** `parse_line` of each: nothing for a line that it skips. */
const lineParsers: Readonly<Record<"v4" | "v7", (line: string) => Pair[]>> = {
  v4: (line) => {
    const [name, value] = halves(line.trim());
    if (name === undefined || value === undefined || name.startsWith("#")) {
      return [];
    }
    const last = value.lastIndexOf('"');
    return value.startsWith('"') ? (last > 0 ? [[name, value.slice(1, last)]] : []) : [[name, value]];
  },
  v7: (line) => {
    const [name, value] = halves(uncommented(line).trim().replace(/["']$/, ""));
    return name === undefined || value === undefined ? [] : [[name, value.replace(/^["']/, "")]];
  },
};

function halves(line: string): [string?, string?] {
  const at = line.indexOf("=");
  return at === -1 ? [] : [line.slice(0, at), line.slice(at + 1)];
}

function unescaped(line: string): string {
  return line.replace(/\\(.?)/gs, "$1");
}

/** Up to a `#` at the beginning of a word that is not quoted. */
function uncommented(line: string): string {
  let quote = "";
  for (const [index, character] of line.split("").entries()) {
    if (quote !== "") {
      quote = character === quote ? "" : quote;
    } else if (character === '"' || character === "'") {
      quote = character;
    } else if (character === "#" && !/\S/.test(line[index - 1] ?? " ")) {
      return line.slice(0, index);
    }
  }
  return line;
}
