import { command } from "../../command";
import { withSuggestion } from "../../find/subjects";
import { keyNameOption } from "../../parameters/key-name";
import { publicKeyOption, readPublicKey } from "../../parameters/read-public-key";

export const updateKey = command({
  name: "update-key",
  summary: "Replace a public key, also on instances that have it",
  options: {
    name: keyNameOption,
    publicKey: publicKeyOption,
  },
  arguments: {},
  examples: [
    ["update-key --name me --public-key new.pub", "replace a key; the old one can no longer log in"],
  ],
  run: async ({ name, publicKey }, io) => {
    const text = await readPublicKey(io, publicKey);
    const client = io.connect();
    try {
      const key = await client.call("key.update", { name, publicKey: text });
      io.print(`${key.name} ${key.fingerprint} updated`);
    } catch (error) {
      throw await withSuggestion(client, error, [{ subject: "key", name }]);
    }
  },
});
