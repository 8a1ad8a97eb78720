/** How one generation of OpenVZ reads the lines of its configurations. */
export interface Syntax {
  /** Returns the line without a comment at its end. */
  readonly withoutComment: (line: string) => string;
  /** Returns the value after the `=`, without its quotes; undefined for a line that is skipped. */
  readonly valueOf: (text: string) => string | undefined;
  /** Which of several lines with one name counts: all of them together, the first, or the last. */
  readonly counting: (name: string) => "all" | "first" | "last";
}

/** Matches up to a `#` at the beginning of a word, outside of quotes. */
const beforeComment = /^(?:"[^"]*"?|'[^']*'?|(?<=\S)#|[^"'#])*/;

/** The rules for the variables that the driver reads. */
const countingV4: Readonly<Record<string, "all" | "last">> = {
  IP_ADDRESS: "all",
  PHYSPAGES: "last",
  NUMPROC: "last",
};

/** Source: `parse_line` and `parse` of vzctl 4; `parse_line` and `add_conf_data` of libvzctl. */
export const syntaxes = {
  v4: {
    withoutComment: (line) => line,
    // A quote at the beginning ends at the last quote. Text after that is ignored. Otherwise the whole text is the
    // value.
    valueOf: (text) => (text.startsWith('"') ? /^"(?<value>.*)"/s.exec(text)?.groups?.["value"] : text),
    counting: (name) => countingV4[name] ?? "first",
  },
  v7: {
    withoutComment: (line) => beforeComment.exec(line)?.[0] ?? line,
    valueOf: (text) => text.replace(/["']$/, "").replace(/^["']/, ""),
    counting: () => "last",
  },
} as const satisfies Record<string, Syntax>;
