import { join } from "node:path";
import { runIsolated } from "../isolated/isolated";
import { runMain } from "../isolated/run-main";
import { readUsage } from "./bench";
import { measurements } from "./measurements";
import { standardOutput } from "./output";

/** Checks the arguments first, then measures in separate namespaces. */
async function main(words: readonly string[]): Promise<number> {
  const read = readUsage(words, measurements, standardOutput);
  return typeof read === "number"
    ? read
    : runIsolated([process.execPath, join(__dirname, "inside.js"), ...words]);
}

void runMain("bench", main);
