import { nameSchema } from "../../../protocol/methods/name";
import { command } from "../../command";
import { publicKeyOption, readPublicKey } from "../../parameters/read-public-key";

export const addKey = command({
  name: "add-key",
  summary: "Add a public SSH key",
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
    const key = await io.connect().call("key.add", { name, publicKey: text });
    io.print(`${key.name} ${key.fingerprint} added`);
  },
});
