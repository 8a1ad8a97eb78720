import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { checkout, compiled } from "../checkout";

const programs = join(checkout, "test", "testing", "programs");
const compiledPrograms = compiled("test/testing/programs");

/** Returns the path of a user's program, which uses only the package. */
export function program(name: string): string {
  return join(programs, name);
}

/** Returns the path of a program of this project, which sets the times of its leases. */
export function compiledProgram(name: string): string {
  return join(compiledPrograms, name);
}

/** The hosts of both fleets that the programs hold. */
export const heldHosts = ["one-1", "one-2", "two-1"];

/** Starts a process that holds two fleets. @returns the process once both exist. */
export async function holdFleets(
  words: readonly string[],
  environment: NodeJS.ProcessEnv,
): Promise<ChildProcess> {
  const child = spawn(process.execPath, words, { env: environment, stdio: ["ignore", "pipe", "ignore"] });
  let printed = "";
  for await (const chunk of child.stdout) {
    printed += String(chunk);
    if (printed.split("\n").length > 2) {
      break;
    }
  }
  assert.deepEqual(printed.trim().split("\n").sort(), ["one-1 one-2", "two-1"]);
  return child;
}
