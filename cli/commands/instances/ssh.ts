import { command } from "../../command";
import { findInstance } from "../../find/instances";
import { oneInstance } from "../../parameters/instance";
import { userCommand } from "../../parameters/user-command";
import { text } from "../../parameters/values";
import { accessOptions, withAccess } from "../../ssh/access";
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
  ],
  run: async ({ instance: wanted, command: words, user, ...access }, io) => {
    const client = io.connect();
    const instance = await findInstance(client, wanted);
    return await withAccess(io, client.server, [instance], access, (options) =>
      runProgram(io, "ssh", [...options, "-l", user, "--", instance.ipAddress, ...words]),
    );
  },
});
