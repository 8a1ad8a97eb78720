import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { checkout, compiled } from "../checkout";

const programs = join(checkout, "test", "testing", "programs");
const compiledPrograms = compiled("test/testing/programs");

/** A user's program, which has only the package. */
export function program(name: string): string {
  return join(programs, name);
}

/** A program of this project, which sets the times of its leases. */
export function compiledProgram(name: string): string {
  return join(compiledPrograms, name);
}

/** The hosts of both fleets that the programs hold. */
export const heldHosts = ["one-1", "one-2", "two-1"];

/** Starts a process that holds two fleets. @returns it, once both are there. */
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
