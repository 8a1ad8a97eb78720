import { command } from "../../command";
import { changeInstances } from "../../find/change-instances";
import { graceOption, someInstances } from "../../parameters/instance";

export const restart = command({
  name: "restart",
  summary: "Restart instances",
  options: { grace: graceOption },
  arguments: { instances: someInstances },
  examples: [["restart web", "restart one instance and wait until it is ready"]],
  run: ({ instances, grace }, io) =>
    changeInstances(io, instances, (client, target) =>
      client.call("instance.restart", { ...target, graceSeconds: grace }),
    ),
});
