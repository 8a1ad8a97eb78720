import { join } from "node:path";
import { runIsolated } from "../isolated/isolated";
import { messageOf } from "../protocol/error";
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

main(process.argv.slice(2)).then(
  (exitCode) => {
    process.exitCode = exitCode;
  },
  (error: unknown) => {
    console.error(`bench: ${messageOf(error)}`);
    process.exitCode = 1;
  },
);
