import { createRequire } from "node:module";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";

/** The script with which Pulumi's language host runs a program, in the program's folder. */
const languageHost = /[\\/]@pulumi[\\/]pulumi[\\/]cmd[\\/]run(?:[\\/]|$)/;

// Of the start, because a program can change it.
const folder = process.cwd();
let isChecked = false;

/**
 * Refuses a program under `pulumi up` from whose folder this package cannot be loaded. Pulumi's plugin loads the hooks from
 * there, and would print the stack of its failure for each resource.
 *
 * @throws RunError that says what to install.
 */
export function requireOwnPackage(): void {
  if (isChecked || !languageHost.test(process.argv[1] ?? "")) {
    return;
  }
  if (!isInstalledFor(folder)) {
    throw new pulumi.RunError(
      `The package minicloud is not a dependency of the program in ${folder}, although the program or one of its libraries uses it. Pulumi loads the provider from there, so install it there too: npm install minicloud (pnpm add minicloud, yarn add minicloud).`,
    );
  }
  isChecked = true;
}

/** Tells whether a program in this folder can load the hooks. */
export function isInstalledFor(programFolder: string): boolean {
  try {
    createRequire(join(programFolder, "index.js")).resolve("minicloud/provider/hooks");
    return true;
  } catch {
    return false;
  }
}
