import type { ChildProcess } from "node:child_process";
import { Socket } from "node:net";

/** Lets a daemon with nothing else left to do end, although this process and its pipes exist. */
export function letGo(child: ChildProcess): void {
  child.unref();
  for (const stream of child.stdio) {
    if (stream instanceof Socket) {
      stream.unref();
    }
  }
}
