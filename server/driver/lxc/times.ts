/** The driver's waiting times, except for commands, and the factor for the command that takes longest. */
export interface Times {
  /** Multiplies the limit of other commands for images: one processor unpacks gigabytes. */
  readonly unpackTimeoutFactor: number;
  /** How long lxc-stop may take to notice that the container is stopped. */
  readonly noticeMs: number;
  /** How long killed processes of a command may take to end, and lxc-attach to notice it. */
  readonly goingMs: number;
  /** How long a shell waits for the next command of a container, and how soon a second command has to follow the first. */
  readonly shellIdleMs: number;
  /** How long a monitor may clean up after its container. Then it is killed, and the driver cleans up. */
  readonly monitorPatienceMs: number;
  /** How often the watch checks what no event reports: the cgroups of a container whose monitor was killed. */
  readonly sweepEveryMs: number;
  /** How often an event makes the watch check all containers, and not only those with events. */
  readonly checkAllEveryMs: number;
  /** How long after its start a container may report multicast groups to all others. */
  readonly settleMs: number;
  /** How often the network is looked at. Others may change it. */
  readonly networkLookEveryMs: number;
}

export const defaultTimes: Times = {
  unpackTimeoutFactor: 20,
  noticeMs: 1000,
  goingMs: 2000,
  shellIdleMs: 30_000,
  monitorPatienceMs: 5000,
  sweepEveryMs: 10_000,
  checkAllEveryMs: 2000,
  settleMs: 5_000,
  networkLookEveryMs: 5_000,
};
