import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { text } from "node:stream/consumers";
import type { z } from "zod";
import { MccError } from "../../../../protocol/error";
import { rootProgramPath } from "./places";
import { forbidden, sudoWords } from "./sudo-command";
import { replySchema, type Verb, verbs } from "./verbs";

const mostComplaints = 4096;

type Result<Name extends Verb> = z.output<(typeof verbs)[Name]["output"]>;

interface Pending {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: MccError) => void;
}

interface Server {
  readonly stdin: Writable;
  readonly pending: Map<number, Pending>;
}

/**
 * Calls the root program of a user, through sudo. One process serves all calls of a daemon, and ends with it. If it ends
 * earlier, the next call starts another one.
 */
export class RootProgram {
  #server: Server | undefined;
  #calls = 0;

  constructor(private readonly user: string) {}

  /**
   * Does the work of a verb.
   *
   * @throws MccError the error of the work; `forbidden` if sudo does not allow it.
   */
  async call<Name extends Verb>(
    verb: Name,
    subject: readonly string[],
    input?: z.input<(typeof verbs)[Name]["input"]>,
  ): Promise<Result<Name>> {
    this.#server ??= this.#start();
    const { stdin, pending } = this.#server;
    this.#calls += 1;
    const call = this.#calls;
    const result = await new Promise((resolve, reject) => {
      pending.set(call, { resolve, reject });
      stdin.write(`${JSON.stringify({ call, verb, subject, input })}\n`);
    });
    return verbs[verb].output.parse(result) as Result<Name>;
  }

  /** Imports an image from an open archive. @param words its name and the limits. */
  async importImage(words: readonly string[], descriptor: number): Promise<Result<"import-image">> {
    const child = spawn("sudo", this.#words(["import-image", ...words]), {
      cwd: "/",
      stdio: [descriptor, "pipe", "pipe"],
      env: { ...process.env, LC_ALL: "C" },
    });
    const [stdout, stderr] = await Promise.all([
      textOf(child.stdout),
      textOf(child.stderr),
      once(child, "close"),
    ]);
    if (stdout === "") {
      throw this.#failure("import-image", stderr);
    }
    const reply = replySchema.parse(JSON.parse(stdout));
    if ("error" in reply) {
      throw errorOf(reply.error);
    }
    return verbs["import-image"].output.parse(reply.result);
  }

  #start(): Server {
    const child: ChildProcessByStdio<Writable, Readable, Readable> = spawn("sudo", this.#words(["serve"]), {
      cwd: "/",
      // Otherwise a terminal would send its signals to it too.
      detached: true,
      stdio: ["pipe", "pipe", "pipe"],
      env: { ...process.env, LC_ALL: "C" },
    });
    const server: Server = { stdin: child.stdin, pending: new Map() };
    let complaints = "";
    child.stderr.setEncoding("utf8").on("data", (part: string) => {
      complaints = (complaints + part).slice(-mostComplaints);
    });
    const end = (reason: string): void => {
      if (this.#server === server) {
        this.#server = undefined;
      }
      server.pending.forEach(({ reject }) => reject(this.#failure("serve", reason)));
      server.pending.clear();
    };
    // Its end is reported below.
    child.stdin.on("error", () => undefined);
    child.on("error", (error) => end(error.message)).on("close", () => end(complaints));
    createInterface({ input: child.stdout, terminal: false }).on("line", (line) => {
      const reply = replySchema.parse(JSON.parse(line));
      const pending = server.pending.get(reply.call);
      server.pending.delete(reply.call);
      if ("error" in reply) {
        pending?.reject(errorOf(reply.error));
      } else {
        pending?.resolve(reply.result);
      }
    });
    return server;
  }

  #words(words: readonly string[]): string[] {
    return sudoWords(rootProgramPath(this.user), words);
  }

  #failure(mode: string, complaints: string): MccError {
    return complaints.startsWith("sudo: ")
      ? forbidden(this.user, [rootProgramPath(this.user), mode], complaints)
      : new MccError(
          "engine",
          `${rootProgramPath(this.user)} ${mode} ended: ${complaints.trim().split("\n")[0] || "no message"}; try again.`,
        );
  }
}

async function textOf(stream: Readable | null): Promise<string> {
  return stream === null ? "" : await text(stream);
}

function errorOf({ fault, message }: { readonly fault: number; readonly message: string }): MccError {
  return MccError.fromFault(fault, message);
}
