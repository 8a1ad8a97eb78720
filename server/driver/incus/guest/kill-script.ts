/** A variable in the environment of all processes that a command starts. Its value identifies the command. */
export const markVariable = "MINICLOUD_EXEC";

/**
 * Kills every process with the mark `$1`. Repeats until it finds nothing, because a process may start another one in the
 * meantime.
 */
export const killScript = `rounds=0
while [ "$rounds" -lt 20 ]; do
  found=
  for folder in /proc/[0-9]*; do
    pid=\${folder#/proc/}
    if [ "$pid" != "$$" ] && tr '\\000' '\\n' 2>/dev/null <"$folder/environ" | grep -qxF "${markVariable}=$1"; then
      kill -9 "$pid" 2>/dev/null && found=yes
    fi
  done
  [ -n "$found" ] || exit 0
  rounds=$((rounds + 1))
done
`;
