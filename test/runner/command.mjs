import { spawn } from "node:child_process";
import { once } from "node:events";
import { checkout } from "../../quickstart/checkout.mjs";

const graceMs = 60_000;

/** What an npm package of the checkout has as a program. */
export function npmProgram(name) {
  return `${checkout}/node_modules/.bin/${name}`;
}

/**
 * Runs a command in the checkout under a heading, with this terminal.
 *
 * @returns whether it succeeded; one that takes longer than it may is asked to end, and did not.
 */
export async function runCommand(heading, command, words, { timeoutMinutes = 10, env = {} } = {}) {
  console.log(`\n== ${heading}`);
  const child = spawn(command, words, { cwd: checkout, stdio: "inherit", env: { ...process.env, ...env } });
  const kill = setTimeout(() => child.kill("SIGKILL"), timeoutMinutes * 60_000 + graceMs);
  const stop = setTimeout(() => {
    console.log(`${heading}: not done within ${timeoutMinutes} minutes; ending it`);
    child.kill("SIGTERM");
  }, timeoutMinutes * 60_000);
  try {
    const [code] = await once(child, "exit");
    return code === 0;
  } finally {
    clearTimeout(stop);
    clearTimeout(kill);
  }
}
