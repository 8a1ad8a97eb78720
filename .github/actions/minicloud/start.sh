#!/usr/bin/env bash
# Waits until the daemon answers, builds the image IMAGE, and gives later steps a token with the role ROLE.
set -euo pipefail

for ((tries = 1; ; tries++)); do
  if info=$(sudo mcc server-info 2>&1); then
    break
  fi
  if [ "$tries" -eq 60 ]; then
    sudo journalctl --unit minicloud --no-pager --lines 50 || true
    echo "::error::the daemon does not answer: $info"
    exit 1
  fi
  sleep 1
done
echo "$info"
if [ "$IMAGE" != none ]; then
  sudo mcc build-image "$IMAGE"
fi
case "$ROLE" in
  user) file=/var/lib/minicloud/group-token ;;
  admin) file=/var/lib/minicloud/token ;;
  *)
    echo "::error::the role is $ROLE; use user or admin"
    exit 1
    ;;
esac
token=$(sudo cat "$file")
echo "::add-mask::$token"
server=$(awk '$1 == "server" && NF == 2 { print $2 }' <<< "$info")
echo "MCC_TOKEN=$token" >> "$GITHUB_ENV"
echo "MCC_SERVER=$server" >> "$GITHUB_ENV"
echo "server=$server" >> "$GITHUB_OUTPUT"
