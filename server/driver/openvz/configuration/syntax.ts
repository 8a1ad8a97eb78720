/** How one generation of OpenVZ reads the lines of its configurations. */
export interface Syntax {
  /** The line without a comment at its end. */
  readonly withoutComment: (line: string) => string;
  /** What is behind the `=`, without its quotes; undefined for a line that is skipped. */
  readonly valueOf: (text: string) => string | undefined;
  /** Which line counts of several with one name: each adds to those before it, or else the first or the last. */
  readonly counting: (name: string) => "all" | "first" | "last";
}

/** Up to a `#` that a word begins with, outside quotes. */
const beforeComment = /^(?:"[^"]*"?|'[^']*'?|(?<=\S)#|[^"'#])*/;

/** Of the variables that the driver reads. */
const countingV4: Readonly<Record<string, "all" | "last">> = {
  IP_ADDRESS: "all",
  PHYSPAGES: "last",
  NUMPROC: "last",
  VE_LAYOUT: "last",
};

/** Source: `parse_line` and `parse` of vzctl 4; `parse_line` and `add_conf_data` of libvzctl. */
export const syntaxes = {
  v4: {
    withoutComment: (line) => line,
    // From a quote at its beginning to the last one, whatever comes then; all else stands for itself.
    valueOf: (text) => (text.startsWith('"') ? /^"(?<value>.*)"/s.exec(text)?.groups?.["value"] : text),
    counting: (name) => countingV4[name] ?? "first",
  },
  v7: {
    withoutComment: (line) => beforeComment.exec(line)?.[0] ?? line,
    valueOf: (text) => text.replace(/["']$/, "").replace(/^["']/, ""),
    counting: () => "last",
  },
} as const satisfies Record<string, Syntax>;
