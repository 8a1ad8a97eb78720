import { once } from "node:events";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { MccError } from "../protocol/error";
import { findPulumiCli } from "../quickstart/pulumi-cli/pulumi-cli";
import { steadyOutput } from "./steady-output";

const program = join(__dirname, "..", "quickstart", "main.js");
const checkout = join(__dirname, "..", "..");
const shownPort = "8080";
const shown = "npm run quickstart -- --driver simulated";

/**
 * Runs the quickstart with simulated hosts in a home of its own, creates and destroys its hosts, and returns what a
 * terminal shows of it. Nothing is left.
 *
 * @throws Error when one of the commands fails; MccError `unavailable` without a Pulumi CLI.
 */
export async function quickstartSession(): Promise<string[]> {
  const cli = await findPulumiCli();
  if (cli === undefined) {
    throw new MccError("unavailable", "There is no Pulumi CLI; run npm run quickstart -- --prepare");
  }
  const home = await mkdtemp(join(tmpdir(), "minicloud-picture-"));
  const port = await freePort();
  const environment = {
    PATH: `${cli.binFolder}:${process.env["PATH"]}`,
    HOME: home,
    MCC_RUNTIME_DIR: join(home, "run"),
    // With FORCE_COLOR, Pulumi's language host prints its port in colour, and Pulumi cannot parse it.
    PULUMI_HOME: join(home, ".pulumi"),
    FORCE_COLOR: undefined,
    NO_COLOR: "1",
  };
  const run = async (...words: string[]): Promise<string[]> => {
    const { all } = await execa(
      process.execPath,
      [program, "--driver", "simulated", "--port", port, ...words],
      {
        cwd: checkout,
        env: environment,
        all: true,
        stdin: "ignore",
      },
    );
    return steadyOutput(all, { home, port, shownPort });
  };
  try {
    await mkdir(environment.PULUMI_HOME);
    const created = await run();
    const destroyed = await run("--destroy");
    return [`$ ${shown}`, ...created, "", `$ ${shown} --destroy`, ...destroyed];
  } catch (error) {
    // The daemon must not outlive a failed run; the first error is the one to report.
    await run("--destroy").catch(() => undefined);
    throw error;
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

async function freePort(): Promise<string> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? String(address.port) : shownPort;
}
