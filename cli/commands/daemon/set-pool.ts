import { mostPooled } from "../../../protocol/methods/pool";
import { command } from "../../command";
import { requirePools } from "../../find/require-pools";
import { poolText } from "../../output/pool-text";
import { flag, text, wholeNumber } from "../../parameters/values";

export const setPool = command({
  name: "set-pool",
  summary: "Change how many instances of an image the daemon starts ahead, until it ends",
  options: {
    json: { syntax: "--json", help: "print all fields as JSON", value: flag },
  },
  arguments: {
    image: { syntax: "<IMAGE>", help: "name of the image", value: text, names: ["image"] },
    size: {
      syntax: "<NUMBER>",
      help: "number of instances; 0 removes the pool",
      value: wholeNumber(0, mostPooled),
    },
  },
  examples: [
    ["set-pool micro 20", "start 20 instances ahead; creates of micro then take milliseconds"],
    ["set-pool micro 0", "start none, and remove those without an owner"],
  ],
  run: async ({ image, size, json }, io) => {
    const client = io.connect();
    await requirePools(client);
    const pool = await client.call("pool.set", { image, size });
    io.print(json ? JSON.stringify(pool, undefined, 2) : poolText(pool));
  },
});
