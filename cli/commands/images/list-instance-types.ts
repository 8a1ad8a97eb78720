import { formatBytes } from "../../../protocol/bytes";
import { listCommand } from "../../list-command";

const noLimit = "unlimited";

export const listInstanceTypes = listCommand(
  "list-instance-types",
  "List the instance types",
  (client) => client.call("type.list", {}),
  {
    columns: [
      { heading: "TYPE", text: ({ name }) => name, cuts: true },
      {
        heading: "MEMORY",
        text: ({ memoryBytes }) => (memoryBytes === undefined ? noLimit : formatBytes(memoryBytes)),
      },
      { heading: "PROCESSORS", text: ({ cpus = noLimit }) => String(cpus) },
      { heading: "PROCESSES", text: ({ processes = noLimit }) => String(processes) },
      {
        heading: "DISK",
        neededBy: ({ diskBytes }) => diskBytes !== undefined,
        text: ({ diskBytes }) => (diskBytes === undefined ? noLimit : formatBytes(diskBytes)),
      },
    ],
    id: ({ name }) => name,
    classic: { line: ({ name }) => `INST_TYPE\t${name}` },
  },
  { standalone: true },
);
