/**
 * The first process of a member's namespaces (network, mount, pid, uts): prepares them, waits for its cable, and becomes the
 * LXD daemon. It gets the folder of the member and its number as $1 and $2.
 */
export const memberScript = `set -eu
folder=$1 number=$2
mount --make-rprivate /
mount -t proc proc /proc
# A sysfs shows the network namespace in which it was mounted. The cgroups stay those of the host.
mkdir -p "$folder/cgroups"
mount --rbind /sys/fs/cgroup "$folder/cgroups"
mount -t sysfs sysfs /sys
mount --rbind "$folder/cgroups" /sys/fs/cgroup
umount -l "$folder/cgroups"
# With the package uidmap, LXD uses only the ids of root in these files.
printf 'root:1000000:1000000000\\n' >"$folder/ids"
for file in /etc/subuid /etc/subgid; do
  mount --bind "$folder/ids" "$file"
done
hostname "m$number"
ip link set lo up
until ip link show eth0 >/dev/null 2>&1; do sleep 0.02; done
# Instances share the network of the members.
ip link add br0 type bridge
ip link set eth0 master br0 up
ip link set br0 up
ip addr add "198.19.0.$number/24" dev br0
ip addr add "198.18.255.$number/16" dev br0
echo 1 >/proc/sys/net/ipv4/ip_forward
# Otherwise the first packet to an instance waits up to 0.8 s for a member to answer in its name.
echo 0 >/proc/sys/net/ipv4/neigh/br0/proxy_delay
ulimit -n "$(ulimit -Hn)"
export LXD_DIR="$folder/lxd"
exec lxd --group root --logfile "$folder/lxd.log"
`;
