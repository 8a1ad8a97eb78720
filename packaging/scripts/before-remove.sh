#!/bin/sh
# Stops the daemon before the package is removed. Instances and the state folder stay. dpkg passes "remove" or "upgrade";
# rpm passes the number of versions that stay.
set -eu

case "$1" in
  remove) ;;
  0) ;;
  *) exit 0 ;;
esac
if [ -d /run/systemd/system ]; then
  systemctl disable --now --quiet minicloud.service || true
fi
# dpkg removes the program and its options before a purge, which needs both to destroy the instances.
if [ "$1" = remove ] && [ -d /var/lib/minicloud ]; then
  kept=/var/lib/minicloud-removed
  rm -rf "$kept"
  mkdir -m 700 "$kept"
  cp -a /usr/lib/minicloud "$kept/program"
  if [ -f /etc/default/minicloud ]; then
    cp -a /etc/default/minicloud "$kept/options"
  fi
fi
