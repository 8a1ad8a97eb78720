import type { Client } from "../../../client/client";
import { MccError } from "../../../protocol/error";
import { nameSchema } from "../../../protocol/methods/values/name";
import { parsePublicKey } from "../../../protocol/public-key";
import { command } from "../../command";
import { publicKeyOption, readPublicKey } from "../../parameters/read-public-key";

export const addKey = command({
  name: "add-key",
  summary: "Add a public SSH key; succeeds if the same key has this name already",
  standalone: true,
  options: {
    name: { syntax: "-n, --name <NAME>", help: "name of the key", value: nameSchema, required: true },
    publicKey: publicKeyOption,
  },
  arguments: {},
  examples: [
    ["add-key --name me", "add your own key, after confirmation"],
    ["add-key --name me --public-key ~/.ssh/id_rsa.pub", "add a key from a file"],
    ['add-key --name me --public-key "ssh-ed25519 AAAA… me@example.com"', "add a key as text"],
  ],
  run: async ({ name, publicKey }, io) => {
    const text = await readPublicKey(io, publicKey);
    const client = io.connect();
    try {
      const key = await client.call("key.add", { name, publicKey: text });
      io.print(`${key.name} ${key.fingerprint} added`);
    } catch (error) {
      const { fingerprint } = parsePublicKey(text);
      if (!(MccError.hasCode(error, "conflict") && (await isAdded(client, name, fingerprint)))) {
        throw error;
      }
      io.print(`${name} ${fingerprint} already added`);
    }
  },
});

/** Returns whether the daemon has this key under this name. The comment of a key may differ. */
async function isAdded(client: Client, name: string, fingerprint: string): Promise<boolean> {
  const keys = await client.call("key.list", {});
  return keys.some((key) => key.name === name && key.fingerprint === fingerprint);
}
