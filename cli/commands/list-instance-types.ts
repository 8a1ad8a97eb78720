import { connect } from "../../client/client";
import type { InstanceType } from "../../protocol/instance-type";
import { command } from "../command";
import { formatBytes } from "../output/bytes";
import { formOptions, type Layout, printListing } from "../output/listing";

const noLimit = "unlimited";

const layout: Layout<InstanceType> = {
  columns: [
    { heading: "TYPE", text: ({ name }) => name, cuts: true },
    {
      heading: "MEMORY",
      text: ({ memoryBytes }) => (memoryBytes === undefined ? noLimit : formatBytes(memoryBytes)),
    },
    { heading: "PROCESSORS", text: ({ cpus = noLimit }) => String(cpus) },
    { heading: "PROCESSES", text: ({ processes = noLimit }) => String(processes) },
  ],
  id: ({ name }) => name,
  classic: { line: ({ name }) => `INST_TYPE\t${name}` },
};

export const listInstanceTypes = command({
  name: "list-instance-types",
  summary: "List the sizes that instances can have",
  standalone: true,
  options: formOptions,
  arguments: {},
  examples: [["list-instance-types", "a table of all types"]],
  run: async (form) => printListing(await connect().call("type.list", {}), form, layout),
});
