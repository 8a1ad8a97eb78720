# Everything below does as root what an ordinary user's daemon cannot do, and then becomes that user. `mccserver
# --setup-user` puts the fixed values of one user in front. The arguments are the user's command: it runs without root's
# rights. Root takes no name, path or number from the user.
#
# Each start creates what is missing, so nothing has to be restored after a boot.
set -eu
umask 022
PATH=/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C
export PATH LC_ALL

run=/run/minicloud-users/$user
namespaces=$run/namespaces
cgroup=minicloud-$user
inside="nsenter --net=$namespaces/net"
# The second program has only the user's rights: it fails for namespaces that are not the user's.
enter="nsenter --user=$namespaces/user -- nsenter --net=$namespaces/net --cgroup=$namespaces/cgroup --"

# Without mounts that later ones cover.
hierarchies() {
  sed -n 's/^[^ ]* [^ ]* [^ ]* \/ \([^ ]*\) .* - cgroup2\{0,1\} .*/\1/p' /proc/self/mountinfo | sort -u |
    while read -r point; do
      if [ -e "$point/cgroup.procs" ]; then
        printf '%s\n' "$point"
      fi
    done
}

# Moves this process. Version 2 allows it only to root, unless the user owns the whole tree.
enter_cgroup() {
  for hierarchy in $(hierarchies); do
    echo 0 > "$hierarchy/$cgroup$1/cgroup.procs"
  done
}

# The user may create cgroups below, and move own processes between them. The limits of the top itself stay root's.
make_cgroups() {
  for hierarchy in $(hierarchies); do
    top=$hierarchy/$cgroup
    mkdir -p "$top"
    if [ -e "$hierarchy/cpuset.cpus" ] && [ -e "$hierarchy/tasks" ]; then
      cat "$hierarchy/cpuset.cpus" > "$top/cpuset.cpus"
      cat "$hierarchy/cpuset.mems" > "$top/cpuset.mems"
      echo 1 > "$top/cgroup.clone_children"
    fi
    if [ -e "$hierarchy/cgroup.subtree_control" ]; then
      for controller in cpu memory pids; do
        if grep -qw "$controller" "$hierarchy/cgroup.controllers"; then
          echo "+$controller" > "$hierarchy/cgroup.subtree_control"
        fi
      done
    fi
    # For the daemon and its commands: in version 2, a cgroup with controllers for those below it has no processes.
    mkdir -p "$top/init.scope"
    for folder in "$top" "$top/init.scope"; do
      chown "$uid:$gid" "$folder"
      for file in cgroup.procs cgroup.threads cgroup.subtree_control tasks; do
        if [ -e "$folder/$file" ]; then
          chown "$uid:$gid" "$folder/$file"
        fi
      done
    done
  done
}

# In the namespaces, root is the user, and the containers' ids are those of /etc/subuid. Root creates them and remains
# their owner: a process of the user could present other namespaces.
make_namespaces() {
  mkdir -p "$namespaces"
  for kind in user net cgroup; do
    umount "$namespaces/$kind" 2> /dev/null || true
    : > "$namespaces/$kind"
  done
  (
    exec 9>&-
    enter_cgroup ""
    exec unshare --user --net --cgroup sleep 30
  ) &
  pid=$!
  for try in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    [ "$(readlink "/proc/$pid/ns/cgroup")" = "$(readlink /proc/self/ns/cgroup)" ] || break
    sleep 0.1
  done
  printf '0 %s 1\n%s %s %s\n' "$uid" "$containers" "$first" "$count" > "/proc/$pid/uid_map"
  printf '0 %s 1\n%s %s %s\n' "$gid" "$containers" "$first" "$count" > "/proc/$pid/gid_map"
  for kind in user cgroup net; do
    mount --bind "/proc/$pid/ns/$kind" "$namespaces/$kind"
  done
  kill "$pid"
}

have_namespaces() {
  [ "$($enter cat /proc/self/uid_map 2> /dev/null | tr -s ' \n' ' ')" = " 0 $uid 1 $containers $first $count " ]
}

default_mtu() {
  device=$(ip -4 route show default | sed -n 's/.* dev \([^ ]*\).*/\1/p' | head -n 1)
  cat "/sys/class/net/$device/mtu" 2> /dev/null || echo 1500
}

# A cable from the host to the user's network, and the route to its instances.
make_network() {
  if ! ip link show dev "$link" > /dev/null 2>&1; then
    $inside ip link delete host0 2> /dev/null || true
    $inside ip link add host0 type veth peer name "$link" netns $$
  fi
  mtu=$(default_mtu)
  ip address replace "$host_address/30" dev "$link"
  ip link set dev "$link" mtu "$mtu" up
  $inside sh -euc '
    ip link set dev lo up
    ip address replace "$1/30" dev host0
    ip link set dev host0 mtu "$3" up
    ip route replace default via "$2"
    echo 1 > /proc/sys/net/ipv4/ip_forward' sh "$inner_address" "$host_address" "$mtu"
  ip route replace "$range" via "$inner_address" dev "$link"
  was_off=
  if [ "$nat" = yes ]; then
    # With this chain, daemons tell each other that the last of them must switch forwarding off.
    if [ "$(cat /proc/sys/net/ipv4/ip_forward)" = 0 ] || nft list chains | grep -q minicloud-forwarding-was-off; then
      : > "$run/forwarding-was-off"
      was_off="chain minicloud-forwarding-was-off { }"
    fi
  fi
  # The user's daemon marks what instances send to its port. It does not know the addresses of this host.
  nft -f - << END
table inet $table
delete table inet $table
table inet $table {
  chain input {
    type filter hook input priority filter; policy accept;
    iifname "$link" ip saddr != { $range, $inner_address } drop
    iifname "$link" ip dscp $closed_port_dscp meta l4proto tcp reject with tcp reset
  }
  chain forward {
    type filter hook forward priority filter; policy accept;
    iifname "$link" ip saddr != { $range, $inner_address } drop
    iifname "$link" meta nfproto ipv6 drop
    iifname "$link" ip dscp $closed_port_dscp ip dscp set cs0
    iifname "$link" oifname "mcbr-*" drop
    iifname "$link" oifname "mcu*" drop
    $forward_rule
  }
  $nat_chain
  $was_off
}
END
  if [ "$nat" = yes ]; then
    echo 1 > /proc/sys/net/ipv4/ip_forward
  fi
}

if [ "$nat" = yes ]; then
  forward_rule=
  nat_chain="chain postrouting {
    type nat hook postrouting priority srcnat; policy accept;
    ip saddr { $range, $inner_address } oifname != \"$link\" masquerade
  }"
else
  forward_rule="iifname \"$link\" ct state != { established, related } drop"
  nat_chain=
fi

mkdir -p /run/minicloud-users /run/lxc "$run" "$run/lxc"
chown "$uid:$gid" "$run/lxc"
exec 9> "$run/lock"
flock 9
grep -q overlay /proc/filesystems || modprobe overlay
make_cgroups
have_namespaces || make_namespaces
have_namespaces
make_network
exec 9>&-
enter_cgroup /init.scope

# From here on, with the user's rights only. In a mount namespace of its own, /sys shows the user's network and cgroups.
exec $enter unshare --mount --propagation slave -- sh -euc '
run=$1
shift
mount -t tmpfs tmpfs "$run/namespaces"
mkdir "$run/namespaces/sys"
mount --rbind /sys "$run/namespaces/sys"
mounts=$(sed -n "s/^[^ ]* [^ ]* [^ ]* [^ ]* \(\/sys\/fs\/cgroup[^ ]*\) .* - \(cgroup2\{0,1\}\) [^ ]* \([^ ]*\)$/\2 \1 \3/p" /proc/self/mountinfo | sort -u |
  while read -r type point options; do
    if [ "$(stat -f -c %T "$point" 2> /dev/null)" = "${type}fs" ]; then
      printf "%s %s %s\n" "$type" "$point" "$options"
    fi
  done)
mount -t sysfs sysfs /sys
case "$mounts" in
*"cgroup2 /sys/fs/cgroup "*) ;;
*) mount -t tmpfs -o mode=755 cgroups /sys/fs/cgroup ;;
esac
printf "%s\n" "$mounts" | while read -r type point options; do
  mkdir -p "$point"
  words=
  if [ "$type" = cgroup ]; then
    words="-o $(printf "%s" "$options" | sed "s/^r[wo],//; s/,\(xattr\|noprefix\|clone_children\|cpuset_v2_mode\|favordynmods\|release_agent=[^,]*\)//g; s/^\(xattr\|clone_children\),//")"
  fi
  mount -t "$type" $words "$type" "$point"
done
if [ -d "$run/namespaces/sys/kernel/security/apparmor" ]; then
  mount --bind "$run/namespaces/sys/kernel/security" /sys/kernel/security
fi
umount --lazy "$run/namespaces/sys"
mount --bind "$run/lxc" /run/lxc
# LXC creates its cgroups below that of the first process, and leaves out /init.scope. The kernel allows containers a new
# proc only if one without such changes is mounted.
mkdir "$run/namespaces/proc"
mount --bind /proc "$run/namespaces/proc"
cat /proc/self/cgroup > "$run/namespaces/cgroup"
mount --bind "$run/namespaces/cgroup" /proc/1/cgroup
exec "$@"' sh "$run" "$@"
