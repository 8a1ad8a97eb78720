import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { readHierarchies } from "../../../server/driver/lxc/cgroups/hierarchies";
import { eventually } from "../time/eventually";
import type { LxcHost } from "./lxc-host";

/** The words that run a program of the host's in the network of a container, which has neither Node nor tcpdump. */
export async function inNetworkOf({ place }: LxcHost, id: number): Promise<string[]> {
  const { unified } = await readHierarchies();
  const payload = join(unified, `lxc.payload.${place.container(id).name}`);
  const [pid = ""] = (await readFile(join(payload, "cgroup.procs"), "utf8")).split("\n");
  return ["nsenter", `--net=/proc/${pid}/ns/net`];
}

/** Runs a program in the network of a container. @returns what it writes. */
export async function runInside(host: LxcHost, id: number, ...command: string[]): Promise<string> {
  const [nsenter = "", ...words] = await inNetworkOf(host, id);
  const { stdout } = await execa(nsenter, [...words, ...command]);
  return stdout;
}

/** The link-local address of a container, once the kernel lets it be used. */
export async function linkLocalAddress(host: LxcHost, id: number): Promise<string> {
  let address = "";
  await eventually(async () => {
    const words = ["ip", "-6", "-o", "address", "show", "dev", "eth0", "scope", "link"];
    const text = await runInside(host, id, ...words);
    address = text.includes("tentative") ? "" : (/inet6 (fe80:[^/]+)/.exec(text)?.[1] ?? "");
    return address !== "";
  }, "it has a link-local address");
  return address;
}

/** A script that runs in the network of a container until `end`. */
export interface ScriptInside {
  /** The next line that it writes. */
  readonly line: () => Promise<string>;
  readonly end: () => Promise<void>;
}

/** Runs JavaScript in the network of a container. Its first line must be "ready". */
export async function scriptInside(host: LxcHost, id: number, script: string): Promise<ScriptInside> {
  const [nsenter = "", ...words] = await inNetworkOf(host, id);
  const child = spawn(nsenter, [...words, process.execPath, "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exit = once(child, "exit");
  const line = lineReader(child);
  const first = await line();
  if (first !== "ready") {
    throw new Error(`the script is not ready: ${first}`);
  }
  return {
    line,
    end: async () => {
      child.kill("SIGKILL");
      await exit;
    },
  };
}

function lineReader(child: ChildProcess): () => Promise<string> {
  const lines: string[] = [];
  const waiting: ((line: string) => void)[] = [];
  let rest = "";
  const give = (line: string): void => {
    const next = waiting.shift();
    if (next === undefined) {
      lines.push(line);
    } else {
      next(line);
    }
  };
  child.stdout?.on("data", (bytes: Buffer) => {
    const parts = `${rest}${bytes.toString()}`.split("\n");
    rest = parts.pop() ?? "";
    parts.forEach(give);
  });
  child.on("exit", (code) => give(`exit ${code}`));
  return async () => lines.shift() ?? (await new Promise((resolve) => waiting.push(resolve)));
}
