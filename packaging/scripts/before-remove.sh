#!/bin/sh
# Stops the daemon before the package is removed. Instances and the state folder stay. dpkg passes "remove" or "upgrade";
# rpm passes the number of versions that stay.
set -eu

case "$1" in
  remove) ;;
  0) ;;
  *) exit 0 ;;
esac
if command -v systemctl > /dev/null; then
  # For after-install.sh.
  if [ "$1" = remove ] && systemctl is-enabled --quiet minicloud.service; then
    mkdir -p /var/lib/minicloud-package
    : > /var/lib/minicloud-package/enable-again
  fi
  systemctl disable --quiet minicloud.service || true
fi
if [ -d /run/systemd/system ]; then
  systemctl stop minicloud.service || true
fi
# dpkg removes the program and its options before a purge, which needs both to destroy the instances.
if [ "$1" = remove ] && [ -d /var/lib/minicloud ]; then
  kept=/var/lib/minicloud-removed
  rm -rf "$kept"
  mkdir -m 700 "$kept"
  # Links need almost no space: the disk can be nearly full.
  if ! cp -al /usr/lib/minicloud "$kept/program" 2> /dev/null; then
    rm -rf "$kept/program"
    cp -a /usr/lib/minicloud "$kept/program"
  fi
  if [ -f /etc/default/minicloud ]; then
    cp -a /etc/default/minicloud "$kept/options"
  fi
fi
