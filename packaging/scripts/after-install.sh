#!/bin/sh
# Starts the daemon after the installation, or the new one after an upgrade. dpkg passes "configure" and, for an upgrade,
# the earlier version; rpm passes the number of versions that are installed now.
set -eu

case "$1" in
  configure | [1-9]) ;;
  *) exit 0 ;;
esac

# What before-remove.sh kept for a purge.
rm -rf /var/lib/minicloud-removed

# Its members use the daemon without root. A purge removes a group that was not there before.
if ! getent group minicloud > /dev/null; then
  groupadd --system minicloud
  mkdir -p /var/lib/minicloud-package
  : > /var/lib/minicloud-package/made-group
fi

# Prints the processes of daemons that systemd did not start, and that have the state folder or the port of this one.
other_daemons() {
  own=$(systemctl show --property=MainPID --value minicloud.service)
  for file in /run/minicloud/*.json; do
    pid=$(sed -n 's/.*"pid": *\([0-9][0-9]*\).*/\1/p' "$file" 2> /dev/null || true)
    if [ -n "$pid" ] && [ "$pid" != "$own" ] && [ -d "/proc/$pid" ]; then
      if [ "$file" = /run/minicloud/8080.json ] || grep -q '"/var/lib/minicloud/token"' "$file"; then
        echo "$pid"
      fi
    fi
  done
}

# Not again after the operator has disabled it. before-remove.sh keeps whether it was enabled: dpkg passes the earlier version also
# for an installation after "apt remove".
again=/var/lib/minicloud-package/enable-again
verb=try-restart
case "$1:${2-}" in
  configure: | 1:) verb=start ;;
esac
if [ -e "$again" ]; then
  verb=start
  rm -f "$again"
fi
# Also in a file system whose systemd starts later.
if [ "$verb" = start ] && command -v systemctl > /dev/null; then
  systemctl enable --quiet minicloud.service || true
fi
if [ ! -d /run/systemd/system ]; then
  exit 0
fi
systemctl daemon-reload
other=$(other_daemons | sort -un | tr '\n' ' ')
if [ "$verb" = start ] && [ -n "$other" ]; then
  cat >&2 << END
minicloud: another daemon runs already (process ${other% }), and the daemon of this package was not started. It takes over the
minicloud: instances, tokens and keys: stop the other one with "kill ${other% }", then run "systemctl start minicloud".
END
  exit 0
fi
# A host that lacks something must not leave the package half installed: the daemon says what is missing.
systemctl "$verb" minicloud.service ||
  echo "minicloud: the daemon did not start; see: journalctl -u minicloud; mccserver --check" >&2
