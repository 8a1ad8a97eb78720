import { nameSchema } from "../../../protocol/methods/name";
import { command } from "../../command";
import { publicKeyOption, readPublicKey } from "../../parameters/read-public-key";

export const addKey = command({
  name: "add-key",
  summary: "Keep a public SSH key under a name",
  standalone: true,
  options: {
    name: { syntax: "-n, --name <NAME>", help: "what to call it", value: nameSchema, required: true },
    publicKey: publicKeyOption,
  },
  arguments: {},
  examples: [
    ["add-key --name me", "your own key, once you have said yes"],
    ["add-key --name me --public-key ~/.ssh/id_rsa.pub", "the key in a file"],
    ['add-key --name me --public-key "ssh-ed25519 AAAA… me@example.com"', "a key as text"],
  ],
  run: async ({ name, publicKey }, io) => {
    const text = await readPublicKey(io, publicKey);
    const key = await io.connect().call("key.add", { name, publicKey: text });
    io.print(`${key.name} ${key.fingerprint} added`);
  },
});
