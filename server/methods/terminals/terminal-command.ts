/** Precedes the path of the terminal's device in the first output. Terminals ignore such a sequence. */
const startMark = "\u001b]9;minicloud-terminal=";
const endMark = "\u0007";
/** The path is not searched in more output than this. */
const mostBytes = 4096;

/**
 * Runs on the terminal: sets its size, tells the path of its device, and becomes the user's shell. Its home is that of root,
 * as after a login by SSH.
 */
const onTerminal = `
stty sane cols "$1" rows "$2"
printf '\\033]9;minicloud-terminal=%s\\007' "$(tty)"
cd "$HOME" 2>/dev/null || cd /
if command -v bash >/dev/null; then SHELL=$(command -v bash); exec bash -l; fi
SHELL=/bin/sh; exec sh -l
`.trim();

/** Without \`script\`, the shell has no terminal: programs with menus do not work, but commands do. */
const inInstance = `
export TERM=xterm-256color HOME="\${HOME:-/root}" SHELL=/bin/sh COLUMNS_ROWS="$1 $2" MINICLOUD_TERMINAL="$3"
[ "$HOME" = / ] && HOME=/root
if command -v script >/dev/null; then
  exec script -q -c 'set -- $COLUMNS_ROWS; command=$MINICLOUD_TERMINAL; unset COLUMNS_ROWS MINICLOUD_TERMINAL; eval "$command"' /dev/null
fi
echo 'This instance has no program "script" (package bsdutils or util-linux), so the shell has no terminal.' >&2
exec sh -i 2>&1
`.trim();

/** The name of the shell's process. The simulated driver recognises the command by it. */
const processName = "minicloud-terminal";

/** Returns the command that runs a shell on a terminal of this size in an instance. */
export function terminalCommand({ columns, rows }: { columns: number; rows: number }): string[] {
  return ["/bin/sh", "-c", inInstance, processName, String(columns), String(rows), onTerminal];
}

/** Finds the path of the terminal's device in its first output. */
export class TerminalDevice {
  /** The start of a mark, perhaps. Undefined when there is nothing to find any more. */
  #held: Buffer | undefined = Buffer.alloc(0);
  #seen = 0;
  path: string | undefined;

  /** Returns the output without the path. It holds back an incomplete mark. */
  find(output: Buffer): Buffer {
    if (this.#held === undefined) {
      return output;
    }
    this.#seen += output.length;
    const text = Buffer.concat([this.#held, output]);
    const from = text.indexOf(startMark);
    const to = from === -1 ? -1 : text.indexOf(endMark, from);
    if (to !== -1) {
      this.#held = undefined;
      const path = text.subarray(from + startMark.length, to).toString();
      this.path = /^\/dev\/(pts\/\d+|console|tty\d*)$/.test(path) ? path : undefined;
      return Buffer.concat([text.subarray(0, from), text.subarray(to + endMark.length)]);
    }
    if (this.#seen > mostBytes) {
      this.#held = undefined;
      return text;
    }
    const shown = from === -1 ? text.length - beginningAtEnd(text) : from;
    this.#held = text.subarray(shown);
    return text.subarray(0, shown);
  }
}

/** Returns how many bytes at the end of the text can be the beginning of the mark. */
function beginningAtEnd(text: Buffer): number {
  const lengths = Array.from({ length: startMark.length - 1 }, (_, index) => startMark.length - 1 - index);
  return lengths.find((length) => text.subarray(-length).toString() === startMark.slice(0, length)) ?? 0;
}
