import { connect } from "../../client/client";
import type { Image } from "../../protocol/image";
import { command } from "../command";
import { formatBytes } from "../output/bytes";
import { formOptions, type Layout, printListing } from "../output/listing";

const layout: Layout<Image> = {
  columns: [
    { heading: "IMAGE", text: ({ name }) => name, cuts: true },
    { heading: "SIZE", text: ({ sizeBytes }) => formatBytes(sizeBytes) },
    { heading: "CREATED", text: ({ createdAt }) => createdAt.slice(0, 10) },
  ],
  id: ({ name }) => name,
  classic: { line: ({ name }) => `IMAGE \t${name}` },
};

export const listImages = command({
  name: "list-images",
  summary: "List the images that instances can start from",
  standalone: true,
  options: formOptions,
  arguments: {},
  examples: [["list-images", "a table of all images"]],
  run: async (form) => printListing(await connect().call("image.list", {}), form, layout),
});
