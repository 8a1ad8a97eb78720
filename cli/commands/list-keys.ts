import { connect } from "../../client/client";
import type { Key } from "../../protocol/key";
import { parsePublicKey } from "../../protocol/public-key";
import { command } from "../command";
import { formOptions, type Layout, printListing } from "../output/listing";

const layout: Layout<Key> = {
  columns: [
    { heading: "KEY", text: ({ name }) => name, cuts: true },
    { heading: "FINGERPRINT", text: ({ fingerprint }) => fingerprint, cuts: true },
    { heading: "COMMENT", text: ({ publicKey }) => parsePublicKey(publicKey).comment, cuts: true },
  ],
  id: ({ name }) => name,
  classic: { line: ({ name }) => `KEY\t${name}` },
};

export const listKeys = command({
  name: "list-keys",
  summary: "List the public keys that the daemon keeps",
  standalone: true,
  options: formOptions,
  arguments: {},
  examples: [["list-keys", "a table of all keys"]],
  run: async (form) => printListing(await connect().call("key.list", {}), form, layout),
});
