import { spawn } from "node:child_process";
import { once } from "node:events";
import { checkout } from "../../scripts/checkout.mjs";

const graceMs = 60_000;

/** What an npm package of the checkout has as a program. */
export function npmProgram(name) {
  return `${checkout}/node_modules/.bin/${name}`;
}

/**
 * Runs a command in the checkout.
 *
 * @param live whether it writes to this terminal while it runs. Default: its output is printed under the heading when
 *   it ends, so that commands that run at the same time do not mix their lines.
 * @returns whether it succeeded, and how many milliseconds it took. One that exceeds its time is ended and failed.
 */
export async function runCommand(
  heading,
  command,
  words,
  { timeoutMinutes = 10, env = {}, live = false } = {},
) {
  const startedAt = performance.now();
  if (live) {
    console.log(`\n== ${heading}`);
  }
  const child = spawn(command, words, {
    cwd: checkout,
    stdio: live ? "inherit" : ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...env },
  });
  const output = collect(child);
  const kill = setTimeout(() => child.kill("SIGKILL"), timeoutMinutes * 60_000 + graceMs);
  const stop = setTimeout(() => {
    output.push(Buffer.from(`${heading}: not done within ${timeoutMinutes} minutes; ending it\n`));
    child.kill("SIGTERM");
  }, timeoutMinutes * 60_000);
  try {
    const [code] = await once(child, "close");
    const milliseconds = performance.now() - startedAt;
    if (!live) {
      console.log(`\n== ${heading} (${seconds(milliseconds)})`);
    }
    process.stdout.write(Buffer.concat(output));
    return { succeeded: code === 0, milliseconds };
  } finally {
    clearTimeout(stop);
    clearTimeout(kill);
  }
}

/** `12.3 s`. */
export function seconds(milliseconds) {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

function collect(child) {
  const chunks = [];
  child.stdout?.on("data", (chunk) => chunks.push(chunk));
  child.stderr?.on("data", (chunk) => chunks.push(chunk));
  return chunks;
}
