/** How long the driver waits for what is not a command, and for the one command that takes longest. */
export interface Times {
  /** An image may take this many times the limit of other commands: gigabytes, unpacked by one processor. */
  readonly unpackTimeoutFactor: number;
  /** How long lxc-stop may take to notice that the container is down. */
  readonly noticeMs: number;
  /** How long killed processes of a command may take to end, and lxc-attach to notice it. */
  readonly goingMs: number;
  /** How long a monitor may take to clear up after its container before it is killed, and we clear up in its place. */
  readonly monitorPatienceMs: number;
  /** How often the watch looks for what no event tells: the cgroups of a container whose monitor was killed. */
  readonly sweepEveryMs: number;
}

export const defaultTimes: Times = {
  unpackTimeoutFactor: 20,
  noticeMs: 1000,
  goingMs: 2000,
  monitorPatienceMs: 5000,
  sweepEveryMs: 10_000,
};
