#!/usr/bin/env bash
# Installs the package. The environment has PACKAGE, or VERSION or REF and REPOSITORY, and OPTIONS.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
if [ -n "$PACKAGE" ]; then
  # Unquoted: it can be a pattern.
  # shellcheck disable=SC2206
  packages=($PACKAGE)
else
  version=${VERSION:-${REF#v}}
  gh release download "v$version" --repo "$REPOSITORY" --dir "$folder" --pattern "minicloud_*_$(dpkg --print-architecture).deb"
  packages=("$folder"/*.deb)
fi
if [ "${#packages[@]}" -ne 1 ] || [ ! -f "${packages[0]}" ]; then
  echo "::error::expected one package, and found: ${packages[*]}"
  exit 1
fi
# A file in the folder of root, because apt reads it as another user otherwise.
cp "${packages[0]}" "$folder/minicloud.deb"
chmod 755 "$folder"
printf 'MCCSERVER_OPTIONS="%s"\n' "--nat $OPTIONS" | sudo tee /etc/default/minicloud > /dev/null
sudo DEBIAN_FRONTEND=noninteractive apt-get install --yes --quiet -o Dpkg::Options::=--force-confold "$folder/minicloud.deb"
