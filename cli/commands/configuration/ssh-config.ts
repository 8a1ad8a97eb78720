import { sshConfig as configOf } from "../../../client/ssh/ssh-config";
import { command } from "../../command";
import { contradictions } from "../../find/selection";
import { findSshHosts, jumpTo, mixedSelection, sshHostArguments, sshHostOptions } from "../../find/ssh-hosts";

export const sshConfig = command({
  name: "ssh-config",
  summary: "Print an SSH configuration file of instances, with their host keys",
  options: sshHostOptions,
  arguments: sshHostArguments,
  examples: [
    ["ssh-config --fleet web >web.conf", "write a file for ssh -F web.conf web-1"],
    ["ssh-config web db", "print the entries of two instances"],
  ],
  check: (values) => [...mixedSelection(values), ...contradictions(values)],
  run: async ({ jump, ...wanted }, io) => {
    const client = io.connect();
    const hosts = await findSshHosts(io, client, wanted);
    io.stdout.write(configOf(hosts, await jumpTo(io, client, jump)));
  },
});
