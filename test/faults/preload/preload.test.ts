import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ControlConnection } from "../../../faults/control-connection";
import type { Kind } from "../../../faults/kinds";
import { type Recording, type Settings, settingsVariable } from "../../../faults/preload/control";
import { compiled } from "../../support/checkout";
import { temporaryFolders } from "../../support/files/temporary-folder";

/**
 * A program that replaces a daemon: for each line that it gets, it writes a file, renames it, reads it with a stream, and
 * runs a command by execa. It prints what fails.
 */
const program = `
const { readFileSync, createReadStream } = require("node:fs");
const { open, rename } = require("node:fs/promises");
const { text } = require("node:stream/consumers");
const [folder] = process.argv.slice(2);
const steps = {
  write: async () => {
    const file = await open(folder + "/500.new", "w");
    try { await file.writeFile("text"); await file.datasync(); } finally { await file.close(); }
  },
  rename: () => rename(folder + "/500.new", folder + "/500"),
  sync: () => readFileSync(folder + "/500"),
  stream: () => text(createReadStream(folder + "/500")),
  command: async () => {
    const { execa } = await import("execa");
    await execa("/bin/sh", ["-c", "echo done >>" + folder + "/commands"]);
  },
};
process.stdin.on("data", async () => {
  const failed = [];
  for (const [name, step] of Object.entries(steps)) {
    await step().catch((error) => failed.push([name, error.code ?? error.exitCode, error.syscall].join(" ")));
  }
  process.stdout.write(JSON.stringify(failed) + "\\n");
});
`.replace("sync: () => readFileSync", "sync: async () => readFileSync");

interface Outcome {
  /** Undefined if it was killed. */
  readonly failed: readonly string[] | undefined;
  readonly recording: Recording | undefined;
  readonly folder: string;
}

describe("the module before the daemon", () => {
  const newFolder = temporaryFolders();

  /** Runs the program once. @param fault default: none; only a recording. */
  async function run(fault?: { pattern: string; occurrence?: number; kind: Kind }): Promise<Outcome> {
    const folder = await newFolder();
    const socket = join(folder, "socket");
    const path = join(compiled("test"), "faults", `program-${process.pid}.js`);
    await writeFile(path, program);
    const settings: Settings = {
      socket,
      folders: [[folder, "FOLDER"]],
      ignored: [compiled("..")],
      commandHangMs: 1000,
      fileHangMs: 50,
    };
    const child = spawn(
      process.execPath,
      ["--require", compiled("faults/preload/preload.js"), path, folder],
      {
        env: { ...process.env, [settingsVariable]: JSON.stringify(settings) },
        stdio: ["pipe", "pipe", "inherit"],
      },
    );
    const exit = once(child, "exit");
    try {
      const control = await connected(socket);
      await control.send(
        fault === undefined ? { order: "record" } : { order: "arm", occurrence: 1, ...fault },
      );
      child.stdin.write("go\n");
      const answer = await Promise.race([once(child.stdout, "data"), exit.then(() => undefined)]);
      const recording = await control.send({ order: "end" });
      control.close();
      const failed = answer === undefined ? undefined : (JSON.parse(String(answer[0])) as string[]);
      return { failed, recording, folder };
    } finally {
      child.kill("SIGKILL");
      await exit;
    }
  }

  async function connected(socket: string): Promise<ControlConnection> {
    for (let tries = 0; ; tries += 1) {
      try {
        return await ControlConnection.open(socket);
      } catch (error) {
        if (tries === 500) {
          throw error;
        }
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    }
  }

  it("records each file operation and each command, without numbers", async () => {
    const { failed, recording } = await run();
    assert.deepEqual(failed, []);
    assert.deepEqual(
      recording?.steps.map(({ pattern, effect }) => `${effect}: ${pattern}`),
      [
        "write: open FOLDER/N.new",
        "write: handle.writeFile FOLDER/N.new",
        "write: handle.datasync FOLDER/N.new",
        "change: handle.close FOLDER/N.new",
        "write: rename FOLDER/N.new FOLDER/N",
        "read: readFile FOLDER/N",
        "read: open FOLDER/N",
        "read: read FOLDER/N",
        "read: read FOLDER/N",
        "change: close FOLDER/N",
        "command: command sh -c echo done >>FOLDER/commands",
      ],
    );
  });

  const faults: readonly (readonly [pattern: string, kind: Kind, failed: string[] | undefined])[] = [
    ["handle.datasync FOLDER/N.new", "full", ["write ENOSPC fdatasync"]],
    // The following steps need no space.
    [
      "open FOLDER/N.new",
      "full",
      ["write ENOSPC open", "rename ENOENT rename", "sync ENOENT open", "stream ENOENT open"],
    ],
    ["rename FOLDER/N.new FOLDER/N", "lie", ["rename EIO rename"]],
    ["readFile FOLDER/N", "fail", ["sync EIO read"]],
    ["read FOLDER/N", "fail", ["stream EIO read"]],
    ["rename FOLDER/N.new FOLDER/N", "hang", []],
    ["rename FOLDER/N.new FOLDER/N", "kill", undefined],
    ["command sh -c echo done >>FOLDER/commands", "fail", ["command 3 "]],
    ["command sh -c echo done >>FOLDER/commands", "lie", ["command 3 "]],
    ["command sh -c echo done >>FOLDER/commands", "hang", []],
    ["command sh -c echo done >>FOLDER/commands", "kill", undefined],
  ];
  for (const [pattern, kind, expected] of faults) {
    it(`${kind}: ${pattern}`, async () => {
      const { failed, recording, folder } = await run({ pattern, kind });
      assert.deepEqual(failed, expected);
      assert.equal(recording?.happened, expected === undefined ? undefined : true);
      assert.equal(existsSync(join(folder, "500")), !/^rename.*kill|^open.*full/.test(`${pattern} ${kind}`));
      if (pattern.startsWith("command") && kind !== "kill") {
        const done = await readFile(join(folder, "commands"), "utf8").catch(() => "");
        assert.equal(done, kind === "fail" ? "" : "done\n");
      }
    });
  }
});
