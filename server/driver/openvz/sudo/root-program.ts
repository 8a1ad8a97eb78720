import { createInterface } from "node:readline";
import { MccError, messageOf } from "../../../../protocol/error";
import { asFileSystemFault } from "../../../support/files/file-system-fault";
import { verbWork } from "./verb-work";
import { callSchema, type Reply, type Verb } from "./verbs";

/*
 * The program that root allows an ordinary user to run, for the work for which vzctl has no command. Its first two words
 * are fixed in the script that sudo starts: the user's id, and root's folder for the user. The words after them are the
 * daemon's: `serve` for calls on standard input, one JSON value on each line, or `import-image` with an archive there.
 */

const [uid = "", folder = "", mode = "", ...subject] = process.argv.slice(2);
const work = verbWork({ uid: Number(uid), folder });
const engineFault = new MccError("engine", "").fault;

async function replyTo(call: number, verb: Verb, words: readonly string[], input: unknown): Promise<Reply> {
  try {
    return { call, result: (await work(verb, words, input)) ?? null };
  } catch (error) {
    const fault = asFileSystemFault(error);
    const number = MccError.isInstance(fault) ? fault.fault : engineFault;
    return { call, error: { fault: number, message: messageOf(fault) } };
  }
}

function print(reply: Reply): void {
  process.stdout.write(`${JSON.stringify(reply)}\n`);
}

/** The work stops with the daemon, as it does for a daemon that runs as root. */
function serve(): void {
  process.stdout.on("error", () => process.exit());
  createInterface({ input: process.stdin, terminal: false })
    .on("line", (line) => {
      const { call, verb, subject: words, input } = callSchema.parse(JSON.parse(line));
      void replyTo(call, verb, words, input).then(print);
    })
    .on("close", () => process.exit());
}

if (mode === "serve" && subject.length === 0) {
  serve();
} else if (mode === "import-image") {
  void replyTo(0, mode, subject, undefined).then(print);
} else {
  process.stderr.write("Usage: serve | import-image NAME\n");
  process.exitCode = 2;
}
