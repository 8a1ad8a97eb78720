import type { Output } from "./options";

/** The streams of this process. */
export const standardOutput: Output = {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
};
