import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { commandTable } from "../../cli/command-table";
import { InstanceTypes } from "../../server/cloud/instance-types";
import { makeCommand } from "../../server/command-line";
import { programs } from "../../server/driver/lxc/commands/programs";
import { checkout } from "../support/checkout";
import { temporaryFolders } from "../support/files/temporary-folder";
import { type Page, readPages } from "../support/pages/markdown";
import { runProgram } from "../support/programs/run-program";

const pages = readPages();

function page(path: string): Page & { readonly text: string } {
  const found = pages.find((one) => one.path === path);
  assert.ok(found, path);
  return { ...found, text: readFileSync(join(checkout, path), "utf8") };
}

/** The commands that pages show, in blocks and between backquotes, each in one line. */
const shown = pages
  .filter(({ path }) => path !== "CHANGELOG.md")
  .flatMap(({ path, blocks, inlineCode }) => {
    const lines = blocks.filter(({ language }) => language === "sh").flatMap(({ text }) => text.split("\n"));
    return [...lines.map((line) => line.replace(/ +#.*$/, "")), ...inlineCode].map((line) => ({
      path,
      line: line.trim(),
    }));
  });

function optionsOf(line: string): string[] {
  const own = line.split(/ -- | [|&]+ /)[0] ?? "";
  return [...own.matchAll(/(?<=[\s[])(--?[a-z][a-z-]*)/g)].map(([, option = ""]) => option);
}

function hasOption(help: string, option: string): boolean {
  return new RegExp(`(^|[\\s,])${option}(?![\\w-])`, "m").test(help);
}

describe("the docs", () => {
  const newFolder = temporaryFolders();
  const internal = new Set(["complete", "__complete"]);

  it("show only commands and options that mcc has", async () => {
    const wrong: string[] = [];
    let checked = 0;
    for (const { path, line } of shown) {
      const [, name] = /^mcc[ -]([a-z-]+)(?=\s|$)/.exec(line) ?? [];
      if (name === undefined || name === "help") {
        continue;
      }
      checked += 1;
      const { exitCode, stdout } = await runProgram(["mcc", "help", name]);
      const missing = optionsOf(line).filter((option) => !hasOption(stdout, option));
      if (exitCode !== 0 || missing.length > 0) {
        wrong.push(`${path}: ${line} (${missing.join(", ")})`);
      }
    }
    assert.deepEqual(wrong, []);
    assert.ok(checked > 60);
  });

  it("name every command of mcc", () => {
    const { text } = page("docs/commands.md");
    const names = commandTable.map(({ name }) => name).filter((name) => !internal.has(name));
    assert.ok(names.length > 20);
    assert.deepEqual(
      names.filter((name) => !new RegExp(`(?<![\\w-])${name}(?![\\w-])`).test(text)),
      [],
    );
  });

  it("show only options that mccserver has, and describe each of them", () => {
    const command = makeCommand("0.0.0");
    const help = command.helpInformation();
    const wrong = shown.filter(
      ({ line }) =>
        /^mccserver( |$)/.test(line) && optionsOf(line).some((option) => !hasOption(help, option)),
    );
    assert.deepEqual(wrong, []);
    const { text } = page("docs/daemon.md");
    const long = command.options.filter(({ hidden }) => !hidden).map((option) => option.long ?? "");
    assert.ok(long.length > 15);
    assert.deepEqual(
      long.filter((option) => option !== "--version" && !new RegExp(`\`${option}[\` ]`).test(text)),
      [],
    );
  });

  it("show only npm scripts that the checkout has", () => {
    const { scripts } = JSON.parse(readFileSync(join(checkout, "package.json"), "utf8")) as {
      scripts: Record<string, string>;
    };
    const names = shown.flatMap(({ path, line }) =>
      [...line.matchAll(/npm run (?:-s )?([\w:]+)/g)].map(([, name = ""]) => `${path}: ${name}`),
    );
    assert.ok(names.length > 10);
    assert.deepEqual(
      names.filter((name) => scripts[name.replace(/.*: /, "")] === undefined),
      [],
    );
  });

  it("list the instance types as they are", async () => {
    const { text } = page("docs/daemon.md");
    const types = (await InstanceTypes.load([])).list();
    for (const { name, memoryBytes, cpus, processes } of types) {
      const [, memory, unit, shownCpus, shownProcesses] =
        new RegExp(`^\\| \`${name}\` \\| (?:(\\d+) ([MG])iB)? ?\\| ([\\d.]*) ?\\| ([\\d,]*) ?\\|$`, "m").exec(
          text,
        ) ?? assert.fail(`no row for ${name}`);
      const bytes = memory === undefined ? undefined : Number(memory) * 1024 ** (unit === "G" ? 3 : 2);
      assert.equal(bytes, memoryBytes, name);
      assert.equal(shownCpus, String(cpus ?? ""), name);
      assert.equal(shownProcesses?.replace(",", ""), String(processes ?? ""), name);
    }
  });

  it("have an example of instance types that the daemon reads", async () => {
    const [block] = page("docs/daemon.md").blocks.filter(({ language }) => language === "json");
    const file = join(await newFolder(), "types.json");
    await writeFile(file, block?.text ?? "");
    assert.equal((await InstanceTypes.load([], file)).get("tiny").processes, 32);
  });

  it("explain every error code", () => {
    const { text } = page("docs/troubleshooting.md");
    const source = readFileSync(join(checkout, "protocol", "error.ts"), "utf8");
    const codes = [...source.matchAll(/^ {2}"?([a-z-]+)"?: \{ fault: (\d+)/gm)];
    assert.ok(codes.length >= 10);
    assert.deepEqual(
      codes.filter(([, code = "", fault = ""]) => !text.includes(`| \`${code}\` | ${fault} |`)),
      [],
    );
  });

  it("name every program that the LXC preflight looks for, with its package", () => {
    const rows = page("docs/troubleshooting.md").text.split("\n");
    assert.deepEqual(
      programs.filter(
        ({ program, package: debian }) =>
          !rows.some((row) => row.includes(`\`${program}\``) && row.includes(`apt install ${debian}`)),
      ),
      [],
    );
  });
});
