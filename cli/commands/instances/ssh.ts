import { command } from "../../command";
import { findInstance } from "../../find/instances";
import { oneInstance } from "../../parameters/instance";
import { userCommand } from "../../parameters/user-command";
import { text, wholeNumber } from "../../parameters/values";
import { accessOptions, withAccess } from "../../ssh/access";
import { passedOnOptions, passedOnWords } from "../../ssh/passed-on";
import { runProgram } from "../../ssh/run-program";

export const ssh = command({
  name: "ssh",
  summary: "Log in to an instance by SSH, or run a command there",
  passThrough: true,
  options: {
    user: {
      syntax: "-l, --login <USER>",
      help: "login user (default: root)",
      value: text.default("root"),
    },
    ...accessOptions,
    port: {
      syntax: "-p <PORT>",
      help: "port of the SSH server in the instance (default: 22)",
      value: wholeNumber(1, 65_535).optional(),
    },
    ...passedOnOptions,
  },
  arguments: {
    instance: oneInstance,
    command: {
      syntax: "[COMMAND...]",
      help: "command to run instead of a shell",
      value: userCommand.default([]),
    },
  },
  examples: [
    ["ssh web", "open a shell"],
    ["ssh web -- tail -f /var/log/messages", "run a command"],
    ["ssh -J admin@gateway web", "connect through a jump host"],
    ["ssh -N -L 8080:localhost:80 web", "forward port 8080 of this machine to port 80 of the instance"],
    ["ssh -A -t web -- tmux attach", "forward your SSH agent, and run a program that needs a terminal"],
    ["ssh -o SendEnv=LANG web", "give ssh any setting"],
  ],
  run: async ({ instance: wanted, command: words, user, identity, jump, port, ...passedOn }, io) => {
    const client = io.connect();
    const instance = await findInstance(client, wanted);
    const { sshJump: announced } = await client.info();
    const access = { identity, jump, announced, port, passedOn: passedOnWords(passedOn) };
    return await withAccess(io, client.server, [instance], access, (options) =>
      runProgram(io, "ssh", [
        ...options,
        ...(port === undefined ? [] : ["-p", String(port)]),
        ...["-l", user, "--", instance.ipAddress, ...words],
      ]),
    );
  },
});
