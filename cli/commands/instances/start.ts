import { command } from "../../command";
import { changeInstances } from "../../find/change-instances";
import { someInstances } from "../../parameters/instance";

export const start = command({
  name: "start",
  summary: "Start stopped instances",
  options: {},
  arguments: { instances: someInstances },
  examples: [["start web", "start one instance and wait until it is ready"]],
  run: ({ instances }, io) =>
    changeInstances(io, instances, (client, target) => client.call("instance.start", target)),
});
