import type { PoolState } from "../../protocol/methods/pool";
import { printable } from "./printable";

/** Returns a pool in one line: how many instances it has, and why there are not more. */
export function poolText({ image, size, ready, problem }: PoolState): string {
  return printable(
    `${image}: ${ready} of ${size} started ahead${problem === undefined ? "" : `; the last start failed: ${problem}`}`,
  );
}
