/** What the programs in `bin/` run. The build bundles it into one file, which starts twice as fast as hundreds of files. */
export { runMcc, runStandalone } from "./main";
export { runAsProcess } from "./process-io";
