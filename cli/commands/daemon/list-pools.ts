import { requirePools } from "../../find/require-pools";
import { listCommand } from "../../list-command";

export const listPools = listCommand(
  "list-pools",
  "List the instances that the daemon starts ahead, so that a create takes milliseconds",
  async (client) => {
    await requirePools(client);
    return await client.call("pool.list", {});
  },
  {
    columns: [
      { heading: "IMAGE", text: ({ image }) => image, cuts: true },
      { heading: "READY", text: ({ ready }) => String(ready) },
      { heading: "SIZE", text: ({ size }) => String(size) },
      { heading: "PROBLEM", text: ({ problem = "" }) => problem, cuts: true },
    ],
    id: ({ image }) => image,
    classic: { line: ({ image, ready, size }) => `POOL \t${image}\t${ready}\t${size}` },
  },
);
