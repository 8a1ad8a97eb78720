/** The PATH of root's login shell. */
const path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/**
 * A variable in the environment of all processes that a command starts in a container. Its value identifies the
 * command.
 */
const markVariable = "MINICLOUD_EXEC";

/**
 * Runs its arguments as a command, unchanged. `$0` marks the beginning of the command's output on both streams, because
 * vzctl writes there too. Only the mark distinguishes vzctl's exit codes from the command's.
 */
export const runScript = [
  "exec 3>&2 2>/dev/null",
  `printf '%s\\n' "$0"`,
  `printf '%s\\n' "$0" >&3`,
  `export HOME=/root PATH=${path} TERM=linux ${markVariable}="$0"`,
  // A shell that waits exits with 128 + the number of a signal. vzctl does not.
  `(exec "$@" 2>&3 3>&-)`,
  "exit $?",
].join("\n");

/**
 * Kills everything that the command with this mark has started in the container, and the shell of `runScript`, which
 * has the mark in its arguments and may not have started the command yet. Repeats until it finds nothing, because a
 * process may start another one in the meantime.
 */
export const killScript = [
  "rounds=0",
  `while [ "$rounds" -lt 20 ]; do`,
  "  found=",
  "  for folder in /proc/[0-9]*; do",
  `    pid="\${folder#/proc/}"`,
  `    if [ "$pid" != "$$" ] && cat "$folder/environ" "$folder/cmdline" 2>/dev/null |`,
  `      tr '\\000' '\\n' | grep -qxF -e "${markVariable}=$1" -e "$1"; then`,
  `      kill -9 "$pid" 2>/dev/null && found=yes`,
  "    fi",
  "  done",
  `  [ -n "$found" ] || exit 0`,
  "  rounds=$((rounds + 1))",
  "done",
  "exit 0",
].join("\n");

/**
 * Writes standard input into the file `$1` with the mode `$2`, completely or not at all. The last folder gets the mode
 * `$3` if it is given. A link in the file's place is replaced.
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

/**
 * Sets up a container after its start, with the programs that it has: `$1` becomes its host name, if it is not empty. The
 * device through which OpenVZ reaches the container gets the hardware address `$2`, if it is not empty, and the other
 * arguments as its addresses, and becomes the default route. Existing settings stay, such as another default route.
 */
export const startScript = [
  "set -eu",
  "failed=0",
  `name="$1" hardware="$2"`,
  "shift 2",
  `if [ -n "$name" ]; then`,
  `  hostname "$name" 2>/dev/null || busybox hostname "$name" 2>/dev/null || :`,
  `  read -r now < /proc/sys/kernel/hostname`,
  `  if [ "$now" != "$name" ]; then`,
  `    echo "the host name could not be set, because the container has no program hostname" >&2`,
  "    failed=1",
  "  fi",
  "fi",
  `[ "$#" -gt 0 ] || exit "$failed"`,
  "has_default_route() {",
  "  while read -r _ destination _ _ _ _ _ mask _; do",
  `    [ "$destination/$mask" != 00000000/00000000 ] || return 0`,
  "  done < /proc/net/route",
  "  return 1",
  "}",
  `for box in "" busybox; do`,
  "  if $box ip link show venet0 >/dev/null 2>&1; then",
  "    $box ip link set lo up",
  "    for address do",
  `      case "$($box ip addr show dev venet0)" in`,
  `        *"inet $address/"*) ;;`,
  `        *)`,
  `          [ -z "$hardware" ] || $box ip link set venet0 address "$hardware" || :`,
  `          hardware=""`,
  `          $box ip addr add "$address/32" dev venet0`,
  "          ;;",
  "      esac",
  "    done",
  "    $box ip link set venet0 up",
  "    has_default_route || $box ip route add default dev venet0",
  `    exit "$failed"`,
  "  fi",
  "  if $box ifconfig venet0 >/dev/null 2>&1; then",
  "    $box ifconfig lo 127.0.0.1 up",
  `    [ -z "$hardware" ] || $box ifconfig venet0 hw ether "$hardware" 2>/dev/null || :`,
  `    alias=""`,
  "    for address do",
  `      $box ifconfig "venet0$alias" "$address" netmask 255.255.255.255 up`,
  `      alias=":$((\${alias#:} + 1))"`,
  "    done",
  "    has_default_route || $box route add default dev venet0",
  `    exit "$failed"`,
  "  fi",
  "done",
  `echo "the container has neither ip nor ifconfig, or no device venet0" >&2`,
  "exit 1",
].join("\n");
