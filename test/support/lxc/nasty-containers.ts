import type { ContainerPlace } from "../../../server/driver/lxc/place";

/** A change to a container that makes it hard to remove. */
export interface Nastiness {
  readonly what: string;
  /** A script that a shell runs in the container as its root. */
  readonly inside?: string;
  /**
   * A script that a shell runs on the host with these variables: `init`, the container's first process; `monitor`, its
   * LXC monitor; `name`, `containers`, `folder` and `delta` of its place; `other`, a folder with the file `kept`.
   */
  readonly outside?: string;
  /** Whether the container cannot be started afterwards. */
  readonly unstartable?: true;
}

const sleeper = "sleep 86398";

/** Creates one folder at a time, because the whole path is too long for a call. */
function nest(levels: number, name: string): string {
  return `${process.execPath} -e 'process.chdir(process.env.delta); for (let i = 0; i < ${levels}; i += 1) { fs.mkdirSync("${name}"); process.chdir("${name}"); }'`;
}

/** Runs a script in the version 1 hierarchy of the freezer if the host has it. */
const ifFreezer = (script: string): string =>
  `if grep -q "^freezer.[1-9]" /proc/cgroups; then mkdir -p /mnt/freezer; mount -t cgroup -o freezer freezer /mnt/freezer; cd /mnt/freezer; ${script}; fi`;
const inCgroups = (script: string): string =>
  `mkdir -p /mnt/cgroups; mount -t cgroup2 cgroup2 /mnt/cgroups; cd /mnt/cgroups; ${script}`;

export const nastyContainers: readonly Nastiness[] = [
  { what: "a path longer than the kernel's limit", outside: nest(300, "d".repeat(40)) },
  { what: "folders 1,000 deep", outside: nest(1000, "d") },
  { what: "10,000 files", inside: "mkdir /many; cd /many; seq 10000 | xargs touch" },
  {
    what: "names that are not text, or look like options",
    inside: `mkdir /strange; cd /strange; touch "$(printf 'a\\377b')" "$(printf 'a\\nb')" ./-rf ./--; mkdir "$(printf 'c\\377')"; touch "$(printf 'c\\377')/x"`,
  },
  {
    what: "links, sockets, FIFOs and a huge empty file",
    inside:
      "mkdir /kinds; cd /kinds; ln -s / root; ln -s /etc/passwd p; touch a; ln a b; mkfifo fifo; truncate -s 1024G sparse; ln -s ../../../../../../../../../etc up",
  },
  { what: "folders without any permission", inside: "mkdir -p /a/b; touch /a/b/c; chmod 0 /a/b/c /a/b /a" },
  {
    what: "files of other owners, devices, and attributes that forbid every change",
    outside:
      'mkdir "$delta/odd"; touch "$delta/odd/a"; mknod "$delta/odd/null" c 1 3; mknod "$delta/odd/loop" b 7 0; chown -R 4242:4242 "$delta/odd"; chattr +i "$delta/odd/a" "$delta/odd"; chattr +a "$delta/etc"',
  },
  {
    what: "an odd folder of overlayfs",
    outside: 'mkdir -p "$folder/layer/work/work/#1/a" && chmod 0 "$folder/layer/work/work"',
  },
  {
    what: "mounts in mounts",
    inside:
      "mkdir -p /m/t /m/b; mount -t tmpfs tmpfs /m/t; mkdir /m/t/u /m/t/l /m/t/w /m/t/o; mount --bind /root /m/b; mount --bind / /m/t/o; mount -t overlay -o lowerdir=/m/t/l,upperdir=/m/t/u,workdir=/m/t/w,userxattr overlay /m/b; cd /m/b; " +
      `${sleeper} >/dev/null 2>&1 &`,
  },
  {
    what: "mounts of the host in its layer, over it and over its folder",
    outside:
      'mkdir "$delta/mnt"; mount --bind "$other" "$delta/mnt"; mount --bind "$other" "$delta"; mount -t tmpfs tmpfs "$folder"; mkdir "$folder/x"; mount --bind "$other" "$folder/x"',
    unstartable: true,
  },
  {
    what: "processes that ignore every signal and start others",
    inside: `trap "" TERM HUP INT QUIT PWR; breed() { if [ $1 -gt 0 ]; then breed $(($1 - 1)) & breed $(($1 - 1)) & fi; ${sleeper}; }; breed 4 >/dev/null 2>&1 &`,
  },
  {
    what: "a process that a debugger of the host traces and forgets",
    inside: `${sleeper} >/dev/null 2>&1 &`,
    // ptrace(2) with PTRACE_SEIZE, by the number of the call on this machine.
    outside: `for pid in $(cat /proc/$init/task/$init/children); do if grep -qz 86398 /proc/$pid/cmdline; then break; fi; done; exec 3< <(exec perl -e 'require "syscall.ph"; $| = 1; syscall(&SYS_ptrace, 0x4206, $ARGV[0] + 0, 0, 0) == 0 or die; print "traces\n"; close STDOUT; sleep 86398' $pid 86398); read -r line <&3; test "$line" = traces`,
  },
  { what: "a stopped first process", outside: "kill -STOP $init" },
  { what: "a stopped monitor", outside: "kill -STOP $monitor" },
  { what: "a killed monitor", outside: "kill -KILL $monitor" },
  { what: "a stopped first process and a killed monitor", outside: "kill -STOP $init; kill -KILL $monitor" },
  {
    what: "processes frozen from inside, one below another",
    inside: ifFreezer(
      `mkdir -p a/b; ${sleeper} >/dev/null 2>&1 & echo $! >a/b/cgroup.procs; ${sleeper} >/dev/null 2>&1 & echo $! >a/cgroup.procs; echo FROZEN >a/b/freezer.state; echo FROZEN >a/freezer.state; cat a/b/freezer.state | grep FR`,
    ),
  },
  { what: "a container frozen by the host", outside: 'lxc-freeze -P "$containers" -n "$name"' },
  {
    what: "a container frozen by the host, whose monitor is killed",
    outside: 'lxc-freeze -P "$containers" -n "$name"; kill -KILL $monitor',
  },
  {
    what: "cgroups deeper than a path can be, with processes and a frozen one",
    inside: inCgroups(
      `mkdir "$(printf 'a\\377')" frozen; ${sleeper} >/dev/null 2>&1 & echo $! >frozen/cgroup.procs; echo 1 >frozen/cgroup.freeze; n=$(printf %0200d 0); i=0; while [ $i -lt 25 ]; do mkdir $n; cd -P $n 2>/dev/null || true; i=$((i + 1)); done; if [ -e ../cgroups ]; then exit 9; fi; ${sleeper} >/dev/null 2>&1 & echo $! >./cgroup.procs`,
    ),
  },
  {
    what: "network interfaces made inside",
    outside:
      "nsenter --net --target $init ip link add v0 type veth peer name v1; nsenter --net --target $init ip link add link eth0 name mac0 type macvlan",
  },
  {
    what: "a network that a process of the host keeps",
    outside: `nsenter --net --target $init ${sleeper} >/dev/null 2>&1 &`,
  },
  {
    what: "folders of LXC's locks",
    outside: 'mkdir -p "/run/lxc/lock$containers"; touch "/run/lxc/lock$containers/.$name"',
  },
];

/** Returns the variables for `outside` of a container's place. */
export function placeVariables({ name, folder, delta }: ContainerPlace): Record<string, string> {
  return { name, folder, delta };
}
