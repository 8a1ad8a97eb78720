import { spawnSync } from "node:child_process";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder that contains package.json. */
export const checkout = dirname(dirname(fileURLToPath(import.meta.url)));

/** Runs a command in the checkout, with its output on standard error. @throws Error with one line if it fails. */
export function run(command, words) {
  const { status, signal, error } = spawnSync(command, words, {
    cwd: checkout,
    stdio: ["inherit", 2, "inherit"],
  });
  if (error) {
    throw new Error(`Running ${command} failed: ${error.message}`);
  }
  if (status !== 0) {
    throw new Error(`"${[command, ...words].join(" ")}" failed (${signal ?? `exit code ${status}`}).`);
  }
}
