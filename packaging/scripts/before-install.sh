#!/bin/sh
# Refuses a downgrade before anything is changed. dpkg passes "upgrade" or "install" and the version that is or was installed; rpm
# passes the number of versions that will be installed. The packager puts in the version of this package.
set -eu

version=@VERSION@
case "$1" in
  upgrade | install) installed=${2-} ;;
  [2-9]) installed=$(rpm --query --queryformat '%{VERSION}\n' minicloud | sort --version-sort | tail -n 1) ;;
  *) installed= ;;
esac
newest=$(printf '%s\n%s\n' "$version" "$installed" | sort --version-sort | tail -n 1)
if [ -n "$installed" ] && [ "$newest" != "$version" ] && [ -z "${MINICLOUD_ALLOW_DOWNGRADE-}" ]; then
  cat >&2 <<END
minicloud: refusing to replace version $installed by the older version $version, which may not be able to read the instances,
minicloud: tokens and keys in /var/lib/minicloud. Nothing was changed. Install $installed or a later version; or "apt purge
minicloud: minicloud" first, which destroys all instances; or set MINICLOUD_ALLOW_DOWNGRADE=1.
END
  exit 1
fi
