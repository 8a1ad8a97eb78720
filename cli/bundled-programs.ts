import { join } from "node:path";
import { loadBundle } from "./load-bundle";

/** In the package, it takes the place of `programs.ts`: the programs in `bin/` get the exports of the bundle. */
export = loadBundle(join(__dirname, "bundle.js"));
