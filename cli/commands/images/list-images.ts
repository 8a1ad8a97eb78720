import { formatBytes } from "../../../protocol/bytes";
import { listCommand } from "../../list-command";

export const listImages = listCommand(
  "list-images",
  "List the images that instances can start from",
  (client) => client.call("image.list", {}),
  {
    columns: [
      { heading: "IMAGE", text: ({ name }) => name, cuts: true },
      { heading: "SIZE", text: ({ sizeBytes }) => formatBytes(sizeBytes) },
      { heading: "CREATED", text: ({ createdAt }) => createdAt.slice(0, 10) },
    ],
    id: ({ name }) => name,
    classic: { line: ({ name }) => `IMAGE \t${name}` },
  },
  { standalone: true },
);
