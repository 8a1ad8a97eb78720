import { command } from "../../command";
import { changeInstances } from "../../find/change-instances";
import { graceOption, someInstances } from "../../parameters/common";

export const stop = command({
  name: "stop",
  summary: "Shut instances down; they keep their files and addresses",
  options: { grace: graceOption },
  arguments: { instances: someInstances },
  examples: [
    ["stop web db", "asks them to shut down, and forces them after 10 seconds"],
    ["stop --grace 0 web", "pulls the plug"],
  ],
  run: ({ instances, grace }, io) =>
    changeInstances(io, instances, (client, target) =>
      client.call("instance.stop", { ...target, graceSeconds: grace }),
    ),
});
