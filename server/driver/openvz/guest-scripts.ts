/** The path that a login shell of root's would have. */
const path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** In the environment of all that a command starts in a container, with the word that marks the command. */
const markVariable = "MINICLOUD_EXEC";

/**
 * Runs its arguments as a command, the words as they are. `$0` marks where the command's own output begins on
 * both streams: vzctl writes there too, and only a mark tells its exit codes from the command's.
 */
export const runScript = [
  "exec 3>&2 2>/dev/null",
  `printf '%s\\n' "$0"`,
  `printf '%s\\n' "$0" >&3`,
  `export HOME=/root PATH=${path} TERM=linux ${markVariable}="$0"`,
  // A shell that waits gives 128 + the number of a signal, which vzctl does not.
  `(exec "$@" 2>&3 3>&-)`,
  "exit $?",
].join("\n");

/** Kills all that the command of this mark has started in the container. */
export const killScript = [
  `mark="${markVariable}=$1"`,
  "for folder in /proc/[0-9]*; do",
  `  if tr '\\000' '\\n' < "$folder/environ" 2>/dev/null | grep -qxF "$mark"; then`,
  `    kill -9 "\${folder#/proc/}" 2>/dev/null`,
  "  fi",
  "done",
  "exit 0",
].join("\n");

/**
 * Puts what comes on standard input into the file `$1` with the mode `$2`, at once or not at all; the last folder
 * gets the mode `$3` where one is given. A link in the file's place is replaced.
 */
export const writeScript = [
  "set -eu",
  `folder=\${1%/*}`,
  `temporary="$folder/.minicloud-$$"`,
  "umask 022",
  `mkdir -p "$folder/"`,
  `if [ -n "$3" ]; then chmod "$3" "$folder/"; fi`,
  "umask 077",
  `rm -rf "$temporary"`,
  `trap 'rm -f "$temporary"' EXIT`,
  `cat > "$temporary"`,
  `chown 0:0 "$temporary"`,
  `chmod "$2" "$temporary"`,
  `if [ -d "$1" ] && [ ! -L "$1" ]; then rm -rf "$1"; fi`,
  `mv -f "$temporary" "$1"`,
].join("\n");
