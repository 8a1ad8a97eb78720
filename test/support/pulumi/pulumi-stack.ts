import assert from "node:assert/strict";
import { mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { z } from "zod";
import { findPulumiCli } from "../../../quickstart/pulumi-cli/pulumi-cli";
import { checkout } from "../checkout";
import type { TestDaemon } from "../daemons/test-daemon";
import { temporaryFolders } from "../files/temporary-folder";
import { eventually } from "../time/eventually";

const stackName = "test";
/** For one that is broken. */
const commandTimeoutMs = 180_000;

export interface Outcome {
  readonly exitCode: number | undefined;
  /** Its output, including standard error. */
  readonly output: string;
}

const exportSchema = z.object({
  deployment: z.object({
    resources: z
      .array(
        z.object({
          urn: z.string(),
          type: z.string(),
          id: z.string().optional(),
          inputs: z.record(z.string(), z.unknown()).optional(),
          outputs: z.record(z.string(), z.unknown()).optional(),
        }),
      )
      .default([]),
    pending_operations: z.array(z.unknown()).default([]),
  }),
});
type Deployment = z.infer<typeof exportSchema>["deployment"];

/** A user's project and its stack under the real engine, with all files in a separate folder. */
export class PulumiStack {
  /** The environment variables of every command of this stack, in addition to those of this process. */
  readonly environment: Record<string, string>;

  private constructor(
    readonly folder: string,
    cliFolder: string,
  ) {
    this.environment = {
      PATH: `${cliFolder}:${process.env.PATH}`,
      PULUMI_HOME: join(folder, "home"),
      PULUMI_BACKEND_URL: `file://${join(folder, "backend")}`,
      PULUMI_CONFIG_PASSPHRASE: "test",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      MCC_TOKEN: "",
    };
  }

  static async make(folder: string, main: string): Promise<PulumiStack> {
    const cli = await findPulumiCli();
    assert.ok(cli, `no Pulumi CLI was found: "npm run quickstart -- --prepare" gets one`);
    const stack = new PulumiStack(folder, cli.binFolder);
    await mkdir(join(folder, "backend"));
    await mkdir(stack.project);
    await writeFile(join(stack.project, "Pulumi.yaml"), `name: shop\nruntime: nodejs\nmain: ${main}\n`);
    await writeFile(join(stack.project, "package.json"), JSON.stringify({ name: "shop", private: true }));
    await symlink(join(checkout, "node_modules"), join(stack.project, "node_modules"));
    await stack.succeed("stack", "init", stackName);
    return stack;
  }

  get project(): string {
    return join(this.folder, "project");
  }

  /** Makes commands use this daemon, which they find by its file for local programs. */
  use(daemon: TestDaemon): void {
    Object.assign(this.environment, { MCC_SERVER: daemon.url, MCC_RUNTIME_DIR: daemon.runtimeFolder });
  }

  async write(file: string, text: string): Promise<void> {
    await writeFile(join(this.project, file), text);
  }

  /** Writes a CommonJS program to index.js. */
  async program(body: string): Promise<void> {
    await this.write(
      "index.js",
      `const pulumi = require("@pulumi/pulumi");\nconst minicloud = require("minicloud");\nconst { Fleet, Instance, Key } = minicloud;\n${body}\n`,
    );
  }

  /** Starts a command without waiting for its end. */
  start(...words: string[]) {
    return execa("pulumi", [...words, "--non-interactive", "--color", "never"], {
      cwd: this.project,
      env: this.environment,
      all: true,
      reject: false,
      stdin: "ignore",
      timeout: commandTimeoutMs,
    });
  }

  async run(...words: string[]): Promise<Outcome> {
    const { exitCode, all } = await this.start(...words);
    return { exitCode, output: all };
  }

  async succeed(...words: string[]): Promise<string> {
    const { exitCode, output } = await this.run(...words);
    assert.equal(exitCode, 0, `pulumi ${words.join(" ")}: ${output}`);
    return output;
  }

  async fail(...words: string[]): Promise<string> {
    const { exitCode, output } = await this.run(...words);
    assert.notEqual(exitCode, 0, `pulumi ${words.join(" ")} was to fail: ${output}`);
    return output;
  }

  async up(...words: string[]): Promise<string> {
    return await this.succeed("up", "--yes", "--skip-preview", ...words);
  }

  async refresh(): Promise<string> {
    return await this.succeed("refresh", "--yes", "--skip-preview");
  }

  async destroy(): Promise<string> {
    return await this.succeed("destroy", "--yes", "--skip-preview");
  }

  /** Asserts that an `up` would change nothing. */
  async isSettled(): Promise<void> {
    await this.succeed("preview", "--expect-no-changes", "--diff");
  }

  async output<T>(name: string, schema: z.ZodType<T>): Promise<T> {
    const { stdout } = await execa("pulumi", ["stack", "output", name, "--json"], {
      cwd: this.project,
      env: this.environment,
    });
    return schema.parse(JSON.parse(stdout));
  }

  async deployment(): Promise<Deployment> {
    const { stdout } = await execa("pulumi", ["stack", "export"], {
      cwd: this.project,
      env: this.environment,
    });
    return exportSchema.parse(JSON.parse(stdout)).deployment;
  }

  /** Returns the MiniCloud resources in the state. */
  async resources(): Promise<Deployment["resources"]> {
    const { resources } = await this.deployment();
    return resources.filter(({ type }) => type.includes("/minicloud:"));
  }

  /** Returns the ids of the running processes of this stack's commands. */
  async processes(): Promise<number[]> {
    const mark = `\0PULUMI_HOME=${this.environment.PULUMI_HOME}\0`;
    const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
    const found = await Promise.all(
      pids.map(async (pid) => {
        // A process that has just ended does not count.
        const environment = await readFile(`/proc/${pid}/environ`, "latin1").catch(() => "");
        return `\0${environment}`.includes(mark) ? [Number(pid)] : [];
      }),
    );
    return found.flat();
  }

  async hasEnded(): Promise<void> {
    await eventually(async () => (await this.processes()).length === 0, "Pulumi's processes ended");
  }
}

/** Creates stacks for the tests of a suite. None of their processes may run after it. */
export function pulumiStacks(): (main?: string) => Promise<PulumiStack> {
  const stacks: PulumiStack[] = [];
  after(() => Promise.all(stacks.map((stack) => stack.hasEnded())));
  const newFolder = temporaryFolders();
  return async (main = "index.js") => {
    const stack = await PulumiStack.make(await newFolder(), main);
    stacks.push(stack);
    return stack;
  };
}
