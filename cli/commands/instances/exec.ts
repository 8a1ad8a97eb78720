import { constants } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import type { Client } from "../../../client/client";
import { formatDuration } from "../../../protocol/duration";
import { MccError } from "../../../protocol/error";
import { defaultOf } from "../../../protocol/methods/default-of";
import type { Instance } from "../../../protocol/methods/instance";
import { largestExecInputBytes, largestExecOutputBytes } from "../../../protocol/methods/instance";
import { command } from "../../command";
import { findInstance, targetOf, titleOf } from "../../find/instances";
import { StreamedCommand } from "../../find/streamed-command";
import type { Io } from "../../io";
import { onInterrupt } from "../../on-interrupt";
import { failWith } from "../../own-failure";
import { oneInstance } from "../../parameters/instance";
import { userCommand } from "../../parameters/user-command";
import { duration, flag } from "../../parameters/values";

/** The exit code for failures of mcc itself, as in `env` and `docker run`. */
const ownExitCode = 125;

/** The exit code if nobody reads the output any more, as in a shell. */
const brokenPipeExitCode = 128 + constants.signals.SIGPIPE;

/** How long an interrupted command waits for the daemon. It also ends a command by itself, some seconds later. */
const patienceMs = 2000;

const defaultSeconds = defaultOf("instance.exec", "timeoutSeconds");

export const exec = command({
  name: "exec",
  summary: "Run a command as root in an instance, without SSH",
  passThrough: true,
  options: {
    stdin: { syntax: "-i, --stdin", help: "pass standard input to the command", value: flag },
    timeout: {
      syntax: "--timeout <TIME>",
      help: `time limit, for example 90s or 5m (default: ${formatDuration(defaultSeconds)})`,
      value: duration(3600).default(defaultSeconds),
    },
  },
  arguments: {
    instance: oneInstance,
    command: {
      syntax: "<COMMAND...>",
      help: "command and arguments; mcc exits with the command's code, or 125 if mcc itself fails",
      value: userCommand.refine((words) => words.length > 0, "give a command after --"),
    },
  },
  examples: [
    ["exec web uname -a", "run a command; no shell interprets the arguments"],
    ["exec web -- sh -c 'ps | wc -l'", "run a shell script"],
    ["exec -i web -- tar -x -C /srv <site.tar", "pass a file as standard input"],
  ],
  run: ({ instance, command: words, stdin, timeout }, io) =>
    failWith(ownExitCode, async () => {
      const client = io.connect();
      const found = await findInstance(client, instance);
      if (await client.can("execStream")) {
        return await follow(io, client, found, { command: words, stdin, timeoutSeconds: timeout });
      }
      const input = stdin ? await readInput(io) : Buffer.alloc(0);
      const endOnInterrupt = onInterrupt(io, () =>
        // The daemon ends the command when the connection closes.
        io.note(`Interrupted: the daemon ends the command in ${titleOf(found)}.`),
      );
      const result = await client.call("instance.exec", {
        ...targetOf(found),
        command: words,
        stdin: input.toString("base64"),
        timeoutSeconds: timeout,
        maxOutputBytes: largestExecOutputBytes,
        outputOnTimeout: true,
      });
      endOnInterrupt();
      io.stdout.write(Buffer.from(result.stdout, "base64"));
      io.stderr.write(Buffer.from(result.stderr, "base64"));
      if (result.outOfMemory === true) {
        noteOutOfMemory(io, found);
      }
      if (result.timedOut === true) {
        throw ranTooLong(timeout);
      }
      if (result.truncated) {
        io.note(`The output was cut after ${largestExecOutputBytes} bytes; use mcc ssh, which has no limit.`);
        return result.exitCode || ownExitCode;
      }
      return result.exitCode;
    }),
});

/** Passes input and output on while the command runs. @returns its exit code. */
async function follow(
  io: Io,
  client: Client,
  instance: Instance,
  command: { command: readonly string[]; stdin: boolean; timeoutSeconds: number },
): Promise<number> {
  const streamed = await StreamedCommand.start(client, io, targetOf(instance), command);
  const interrupt = new AbortController();
  const endOnInterrupt = onInterrupt(io, async () => {
    interrupt.abort();
    await Promise.race([streamed.end().catch(() => undefined), pause(patienceMs)]);
    io.note(`Interrupted: the command in ${titleOf(instance)} was ended.`);
  });
  try {
    const end = await streamed.follow();
    if (end?.outOfMemory === true) {
      noteOutOfMemory(io, instance);
    }
    if (end?.timedOut === true) {
      throw ranTooLong(command.timeoutSeconds);
    }
    return end?.exitCode ?? brokenPipeExitCode;
  } catch (error) {
    // The command was ended on purpose, and the run ends by itself.
    if (interrupt.signal.aborted) {
      return await io.exited;
    }
    throw error;
  } finally {
    endOnInterrupt();
  }
}

function noteOutOfMemory(io: Io, instance: Instance): void {
  io.note(
    `${titleOf(instance)} ran out of memory during the command, and the kernel killed processes in it; give it a larger type than "${instance.type}" (mcc update-instance ${instance.id} -t TYPE).`,
  );
}

function ranTooLong(seconds: number): MccError {
  return new MccError(
    "timeout",
    `The command ran longer than ${seconds} s and was ended; give a longer --timeout.`,
  );
}

/** Reads all of standard input. @throws MccError `invalid` as soon as it exceeds the limit of one call. */
async function readInput({ stdin }: Io): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stdin as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > largestExecInputBytes) {
      throw new MccError(
        "invalid",
        `Standard input exceeds the limit of exec, ${largestExecInputBytes} bytes; use mcc cp or mcc ssh, which have no limit.`,
      );
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
