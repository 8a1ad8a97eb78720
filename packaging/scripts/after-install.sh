#!/bin/sh
# Starts the daemon after the installation, or the new one after an upgrade. dpkg passes "configure" and, for an upgrade,
# the earlier version; rpm passes the number of versions that are installed now.
set -eu

# What before-remove.sh kept for a purge.
rm -rf /var/lib/minicloud-removed

if [ ! -d /run/systemd/system ]; then
  exit 0
fi
case "$1:${2-}" in
  configure: | 1:)
    verb=start
    # Not again after the operator has disabled it.
    systemctl enable --quiet minicloud.service
    ;;
  configure:* | [2-9]:) verb=try-restart ;;
  *) exit 0 ;;
esac
systemctl daemon-reload
# A host that lacks something must not leave the package half installed: the daemon says what is missing.
systemctl "$verb" minicloud.service ||
  echo "minicloud: the daemon did not start; see: journalctl -u minicloud; mccserver --check" >&2
