#!/bin/sh
# Starts systemd as PID 1 of a copy of this host, whose changes are in memory, and prints its process id. The arguments are
# an empty folder and the name of the cgroups.
set -eu
folder=$1
cgroup=$2

mount -t tmpfs -o mode=755 tmpfs "$folder"
mkdir "$folder/upper" "$folder/work" "$folder/root"
root=$folder/root
mount -t overlay -o "lowerdir=/,upperdir=$folder/upper,workdir=$folder/work" overlay "$root"
for part in run tmp dev; do
  mount -t tmpfs -o mode=755 tmpfs "$root/$part"
done
chmod 1777 "$root/tmp"
# LXC cannot put its overlays on an overlay.
mount -t tmpfs -o mode=755 tmpfs "$root/var/lib"
cp -a /var/lib/dpkg /var/lib/systemd "$root/var/lib/"
mkdir -p "$root/var/lib/lxc" "$root/run/lxc" "$root/var/lib/apt/lists/partial"
# The units of this host, which would change it.
rm -rf "$root"/etc/systemd/system/*.wants "$root"/usr/lib/systemd/system/sysinit.target.wants \
  "$root"/usr/lib/systemd/system/local-fs.target.wants "$root"/usr/lib/systemd/system/multi-user.target.wants \
  "$root"/usr/lib/systemd/system/timers.target.wants
: >"$root/etc/fstab"
# It would start services after each package.
rm -f "$root/etc/apt/apt.conf.d/20packagekit"
rm -f "$root/etc/machine-id"
: >"$root/etc/machine-id"

for device in null:1:3 zero:1:5 full:1:7 random:1:8 urandom:1:9 tty:5:0 kmsg:1:11 fuse:10:229; do
  IFS=: read -r name major minor <<END
$device
END
  mknod -m 666 "$root/dev/$name" c "$major" "$minor"
done
mkdir "$root/dev/pts" "$root/dev/shm"
ln -s /proc/self/fd "$root/dev/fd"
mount -t devpts -o newinstance,ptmxmode=666 devpts "$root/dev/pts"
ln -s pts/ptmx "$root/dev/ptmx"

for procs in /sys/fs/cgroup/*/cgroup.procs /sys/fs/cgroup/cgroup.procs; do
  if [ -e "$procs" ]; then
    hierarchy=${procs%/cgroup.procs}
    mkdir "$hierarchy/$cgroup"
    if [ -e "$hierarchy/cpuset.cpus" ]; then
      cat "$hierarchy/cpuset.cpus" >"$hierarchy/$cgroup/cpuset.cpus"
      cat "$hierarchy/cpuset.mems" >"$hierarchy/$cgroup/cpuset.mems"
    fi
    echo $$ >"$hierarchy/$cgroup/cgroup.procs"
  fi
done
exec unshare --mount --pid --uts --ipc --cgroup --fork --kill-child sh -euc '
  root=$1
  hostname minicloud-test
  mount --make-rprivate /
  mount -t proc proc "$root/proc"
  mount -t sysfs sysfs "$root/sys"
  mount -t tmpfs -o mode=755 tmpfs "$root/sys/fs/cgroup"
  for hierarchy in /sys/fs/cgroup/*; do
    name=${hierarchy##*/}
    mkdir "$root/sys/fs/cgroup/$name"
    case $name in
      unified) mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup/$name" ;;
      systemd) mount -t cgroup -o none,name=systemd cgroup "$root/sys/fs/cgroup/$name" ;;
      *) mount -t cgroup -o "$name" cgroup "$root/sys/fs/cgroup/$name" ;;
    esac
  done
  cd "$root"
  mkdir -p mnt/old
  pivot_root . mnt/old
  cd /
  umount -l /mnt/old
  exec env -i container=lxc PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --unit=basic.target --show-status=no --log-target=console
' sh "$root"
