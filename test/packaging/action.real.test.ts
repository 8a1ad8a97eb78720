import assert from "node:assert/strict";
import { copyFile, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import * as z from "zod";
import { checkout } from "../support/checkout";
import { temporaryFolders } from "../support/files/temporary-folder";
import { Machine } from "./machine";

const folder = join(checkout, ".github", "actions", "minicloud");
const actionSchema = z.object({
  inputs: z.record(z.string(), z.object({ description: z.string(), default: z.string() })),
  outputs: z.record(z.string(), z.object({ value: z.string() })),
  runs: z.object({
    using: z.literal("composite"),
    steps: z.array(
      z.object({
        id: z.string().optional(),
        shell: z.literal("bash"),
        env: z.record(z.string(), z.string()),
        run: z.string(),
      }),
    ),
  }),
});

describe("the action for GitHub's runners", function () {
  this.timeout(120_000);
  const newFolder = temporaryFolders();
  let machine: Machine;

  beforeEach(async () => {
    machine = await Machine.start(await newFolder());
    await machine.run(`
      useradd --create-home --system runner
      echo 'runner ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/runner
      touch /home/runner/env /home/runner/output
      chown runner /home/runner/env /home/runner/output`);
    await mkdir(machine.outside("/home/runner/action"));
    for (const name of await readdir(folder)) {
      await copyFile(join(folder, name), machine.outside(`/home/runner/action/${name}`));
    }
    const packages = process.env["MINICLOUD_TEST_PACKAGES"] ?? "";
    const [file = ""] = (await readdir(packages)).filter((name) => /_1\..*\.deb$/.test(name));
    await mkdir(machine.outside("/home/runner/dist-packages"));
    await copyFile(join(packages, file), machine.outside(`/home/runner/dist-packages/${file}`));
  });
  afterEach(async () => await machine.stop());

  /** Runs a step of a job as a runner does. @returns its output. */
  async function step(run: string, environment: Readonly<Record<string, string>>): Promise<string> {
    const variables = {
      ...environment,
      GITHUB_ENV: "/home/runner/env",
      GITHUB_OUTPUT: "/home/runner/output",
    };
    const words = Object.entries(variables).map(([name, value]) => `${name}='${value}'`);
    await writeFile(machine.outside("/home/runner/step.sh"), `${run}\n`);
    const later = (await machine.run("cat /home/runner/env")).split("\n").filter((line) => line !== "");
    return await machine.run(
      `cd /home/runner && setpriv --reuid=runner --regid=runner --init-groups env HOME=/home/runner ${[...later, ...words].join(" ")} bash --noprofile --norc -eo pipefail step.sh 2>&1`,
    );
  }

  /** Runs the action. @param given the inputs that a workflow sets. */
  async function runAction(given: Readonly<Record<string, string>>): Promise<string> {
    const action = actionSchema.parse(parse(await readFile(join(folder, "action.yml"), "utf8")));
    Object.keys(given).forEach((name) => assert.ok(name in action.inputs, name));
    const values: Record<string, string> = { "github.action_path": "/home/runner/action" };
    for (const [name, input] of Object.entries(action.inputs)) {
      values[`inputs.${name}`] = given[name] ?? input.default;
    }
    const filledIn = (text: string): string =>
      text.replace(/\$\{\{ ([a-z_.]+) \}\}/g, (_, name: string) => values[name] ?? "");
    const said: string[] = [];
    for (const { run, env } of action.runs.steps) {
      const entries = Object.entries(env).map(([name, value]) => [name, filledIn(value)] as const);
      said.push(await step(filledIn(run), Object.fromEntries(entries)));
    }
    return said.join("\n");
  }

  it("starts a daemon, and gives later steps a token of the role user", async () => {
    const said = await runAction({ package: "dist-packages/*.deb", options: "--log-level debug" });
    const variables = await machine.run("cat /home/runner/env");
    const [, token = ""] = /^MCC_TOKEN=(\S{16,})$/m.exec(variables) ?? [];
    assert.ok(said.includes(`::add-mask::${token}`), "the token is masked before it is used");
    assert.match(await machine.run("cat /home/runner/output"), /^server=http:\/\/127\.0\.0\.1:8080$/m);
    assert.match(await machine.run("cat /etc/default/minicloud"), /"--nat --log-level debug"/);

    assert.match(await step("mcc run-instances -n web && mcc exec web hostname", {}), /^web$/m);
    assert.match(await step("mcc list-tokens || true", {}), /needs the role admin/);
    await machine.run("apt-get purge --yes --quiet minicloud");
  });

  it("fails with the reason if there is no such package, or the role is unknown", async () => {
    await assert.rejects(
      runAction({ package: "no/*.deb" }),
      /::error::expected one package, and found: no\/\*\.deb/,
    );
    await assert.rejects(
      runAction({ package: "dist-packages/*.deb", image: "none", role: "reader" }),
      /::error::the role is reader; use user or admin/,
    );
    await machine.run("apt-get purge --yes --quiet minicloud");
  });
});
