/** Something about the network that is not as the daemon made it. */
export interface Fault {
  /** What is wrong, as a clause: `the bridge mcbr-1 is down`. */
  readonly what: string;
  /** What the operator must do if the daemon cannot repair it. */
  readonly remedy: string;
}
