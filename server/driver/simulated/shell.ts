import { once } from "node:events";
import { addAbortSignal, Readable } from "node:stream";
import type { ExecRequest, ExecResult } from "../driver";
import type { SimulatedContainer } from "./container";

/** A command of the user, without input. */
interface Line {
  readonly command: readonly string[];
  readonly stdin: Uint8Array;
  readonly maxOutputBytes: number;
}

const mostLine = 4096;
const mostOutputBytes = 65_536;

/**
 * Simulates a shell on a terminal, to try the dashboard: it shows what is typed, and runs each line as a command.
 *
 * @param run runs one command.
 */
export async function runSimulatedShell(
  { spec, down }: SimulatedContainer,
  { stdin, output, signal: ended = new AbortController().signal }: ExecRequest,
  run: (line: Line) => Promise<ExecResult>,
): Promise<ExecResult> {
  const signal = AbortSignal.any([ended, down.signal]);
  const show = async (text: string): Promise<void> => {
    if (output !== undefined && !output.stdout.write(text.replaceAll("\n", "\r\n"))) {
      await once(output.stdout, "drain", { signal }).catch(() => signal.throwIfAborted());
    }
  };
  const prompt = `root@${spec.hostname}:~# `;
  await show(`A simulated container, which runs no real programs.\n${prompt}`);
  let line = "";
  for await (const chunk of readUntilAborted(stdin, signal)) {
    for (const key of chunk.toString()) {
      if (key === "\u0004" || (key === "\r" && line.trim() === "exit")) {
        await show("\n");
        return end(0);
      }
      if (key === "\r" || key === "\n") {
        await show("\n");
        const command = line.split(" ").filter((word) => word !== "");
        if (command.length > 0) {
          const { stdout, stderr } = await run({
            command,
            stdin: Buffer.alloc(0),
            maxOutputBytes: mostOutputBytes,
          });
          await show(Buffer.concat([stdout, stderr]).toString());
        }
        line = "";
        await show(prompt);
      } else if (key === "\u007f" && line !== "") {
        line = line.slice(0, -1);
        await show("\b \b");
      } else if (key >= " " && key !== "\u007f" && line.length < mostLine) {
        line += key;
        await show(key);
      }
    }
  }
  return end(0);
}

/** @throws the signal's reason. The stream itself would end with another error. */
async function* readUntilAborted(stdin: ExecRequest["stdin"], signal: AbortSignal): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of addAbortSignal(signal, stdin instanceof Readable ? stdin : Readable.from([]))) {
      yield chunk as Buffer;
    }
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}

function end(exitCode: number): ExecResult {
  return { exitCode, stdout: Buffer.alloc(0), stderr: Buffer.alloc(0), truncated: false };
}
