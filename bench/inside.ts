import { messageOf } from "../protocol/error";
import { bench } from "./bench";
import { measurements } from "./measurements";
import { standardOutput } from "./output";

/** The program that runs inside the new namespaces. */
bench(process.argv.slice(2), measurements, standardOutput).then(
  (exitCode) => {
    process.exitCode = exitCode;
  },
  (error: unknown) => {
    console.error(`bench: ${messageOf(error)}`);
    process.exitCode = 1;
  },
);
