import { replaceOnce } from "./replace-once";

/**
 * A source of random bytes that dropbear mixes with those of the kernel, at its start and at each connection. The kernel searches a
 * table of all TCP connections of the host for it, which took some 4 ms while a fleet of 1,000 started: a quarter of the processor
 * time until it was ready. getrandom(2), which dropbear reads first, is enough.
 */
const slowSource = "\0/proc/net/tcp\0";
const emptySource = "\0/dev/null\0";

/** Returns the SSH server without its slow source of random bytes; undefined if it has none, or in an unknown form. */
export function withoutSlowSource(program: Buffer): Buffer | undefined {
  return replaceOnce(program, slowSource, emptySource.padEnd(slowSource.length, "\0"));
}
