import { inventory as inventoryOf } from "../../../client/ssh/inventory";
import { command } from "../../command";
import { contradictions } from "../../find/selection";
import { findSshHosts, jumpTo, mixedSelection, sshHostArguments, sshHostOptions } from "../../find/ssh-hosts";

const defaultGroup = "minicloud";

export const inventory = command({
  name: "inventory",
  summary: "Print an Ansible inventory of instances, with their host keys",
  options: sshHostOptions,
  arguments: sshHostArguments,
  examples: [
    ["inventory --fleet web >web.yaml", "write a file for ansible -i web.yaml web -m ping"],
    ["inventory --stack shop/dev", `print the instances of a stack, in the group ${defaultGroup}`],
  ],
  check: (values) => [...mixedSelection(values), ...contradictions(values)],
  run: async ({ jump, ...wanted }, io) => {
    const client = io.connect();
    const hosts = await findSshHosts(io, client, wanted);
    io.stdout.write(inventoryOf(wanted.fleet ?? defaultGroup, hosts, await jumpTo(io, client, jump)));
  },
});
