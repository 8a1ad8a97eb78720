import { runMain } from "../isolated/run-main";
import { bench } from "./bench";
import { measurements } from "./measurements";
import { standardOutput } from "./output";

/** The program that runs inside the new namespaces. */
void runMain("bench", (words) => bench(words, measurements, standardOutput));
