import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import type { z } from "zod";
import { MccError } from "../../../../protocol/error";
import { rootProgramPath } from "./places";
import { forbidden, sudoWords } from "./sudo-command";
import { replySchema, type Verb, verbs } from "./verbs";

/** Calls the root program of a user, through sudo. */
export class RootProgram {
  constructor(private readonly user: string) {}

  /**
   * Does the work of a verb.
   *
   * @param stdin a file for the program's standard input. Default: the input as JSON.
   * @throws MccError the error of the work; `forbidden` if sudo does not allow it.
   */
  async call<Name extends Verb>(
    verb: Name,
    subject: readonly string[],
    input?: z.input<(typeof verbs)[Name]["input"]>,
    stdin?: number,
  ): Promise<z.output<(typeof verbs)[Name]["output"]>> {
    const { exitCode, stdout, stderr } = await this.#run([verb, ...subject], input, stdin);
    if (stderr.startsWith("sudo: ")) {
      throw forbidden(this.user, [rootProgramPath(this.user), verb], stderr);
    }
    if (exitCode !== 0) {
      throw new MccError(
        "engine",
        `The work "${verb}" failed in MiniCloud's root program: ${stderr.trim() || "no message"}.`,
      );
    }
    const reply = replySchema.parse(JSON.parse(stdout));
    if ("error" in reply) {
      throw MccError.fromFault(reply.error.fault, reply.error.message);
    }
    return verbs[verb].output.parse(reply.result) as z.output<(typeof verbs)[Name]["output"]>;
  }

  /** execa cannot pass on a descriptor. */
  async #run(
    words: readonly string[],
    input: unknown,
    stdin: number | undefined,
  ): Promise<{ exitCode: unknown; stdout: string; stderr: string }> {
    const child = spawn("sudo", sudoWords(rootProgramPath(this.user), words), {
      cwd: "/",
      env: { ...process.env, LC_ALL: "C" },
      stdio: [stdin ?? "pipe", "pipe", "pipe"],
    });
    // A program that ends early does not read its input, and its exit code counts.
    child.stdin?.on("error", () => undefined).end(input === undefined ? "" : JSON.stringify(input));
    const [stdout, stderr, [exitCode]] = await Promise.all([
      textOf(child.stdout),
      textOf(child.stderr),
      once(child, "close"),
    ]);
    return { exitCode, stdout, stderr };
  }
}

async function textOf(stream: Readable | null): Promise<string> {
  return stream === null ? "" : await text(stream);
}
