import { parsePublicKey } from "../../../protocol/public-key";
import { listCommand } from "../../list-command";
import { accountColumn } from "../../output/account-column";

export const listKeys = listCommand(
  "list-keys",
  "List the public keys of the daemon",
  (client) => client.call("key.list", {}),
  {
    columns: [
      { heading: "KEY", text: ({ name }) => name, cuts: true },
      { heading: "FINGERPRINT", text: ({ fingerprint }) => fingerprint, cuts: true },
      { heading: "COMMENT", text: ({ publicKey }) => parsePublicKey(publicKey).comment, cuts: true },
      accountColumn,
    ],
    id: ({ name }) => name,
    owned: "keys",
    classic: { line: ({ name }) => `KEY\t${name}` },
  },
  { standalone: true },
);
