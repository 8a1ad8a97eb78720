#!/bin/sh
# After "apt purge", destroys all instances and removes everything that the daemon created. rpm has no purge.
set -eu

if [ "$1" = purge ]; then
  kept=/var/lib/minicloud-removed
  if [ -x "$kept/program/bin/node" ]; then
    MCCSERVER_OPTIONS=
    if [ -f "$kept/options" ]; then
      . "$kept/options"
    fi
    # Unquoted: the file has words.
    "$kept/program/bin/node" "$kept/program/dist/server/main.js" --purge $MCCSERVER_OPTIONS
  fi
  rm -rf "$kept"
  if [ -e /var/lib/minicloud-package/made-group ]; then
    groupdel minicloud || echo "minicloud: the group minicloud stays" >&2
  fi
  rm -rf /var/lib/minicloud-package
fi
if [ -d /run/systemd/system ]; then
  systemctl daemon-reload || true
fi
