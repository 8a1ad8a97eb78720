import { buffer } from "node:stream/consumers";
import { connect } from "../../client/client";
import { largestExecOutputBytes } from "../../protocol/instance";
import { command } from "../command";
import { commandWords, userCommand } from "../command-words";
import { findInstance, targetOf } from "../find-instances";
import { note } from "../output/print";
import { flag, wholeNumber } from "../values";
import { oneInstance } from "../words";

export const exec = command({
  name: "exec",
  summary: "Run a command as root in an instance, without SSH",
  passThrough: true,
  options: {
    stdin: { syntax: "-i, --stdin", help: "give the command all of standard input", value: flag },
    timeout: {
      syntax: "--timeout <SECONDS>",
      help: "how long it may run (default: 60)",
      value: wholeNumber(1, 3600).optional(),
    },
  },
  arguments: {
    instance: oneInstance,
    command: { syntax: "<COMMAND...>", help: "the words of the command", value: userCommand },
  },
  examples: [
    ["exec web uname -a", "the words go to the command as they are, past no shell"],
    ["exec web -- sh -c 'ps | wc -l'", "with a shell"],
    ["exec -i web -- tar -x -C /srv <site.tar", "with input"],
  ],
  check: ({ command: words }) => (commandWords(words).length === 0 ? ["no command stands behind --"] : []),
  run: async ({ instance, command: words, stdin, timeout }) => {
    const client = connect();
    const target = targetOf(await findInstance(client, instance));
    const result = await client.call("instance.exec", {
      ...target,
      command: commandWords(words),
      stdin: stdin ? (await buffer(process.stdin)).toString("base64") : "",
      timeoutSeconds: timeout,
      maxOutputBytes: largestExecOutputBytes,
    });
    process.stdout.write(Buffer.from(result.stdout, "base64"));
    process.stderr.write(Buffer.from(result.stderr, "base64"));
    if (result.truncated) {
      note(`The output was cut after ${largestExecOutputBytes} bytes; ssh has no such limit.`);
    }
    return result.exitCode;
  },
});
