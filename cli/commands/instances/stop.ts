import { command } from "../../command";
import { changeInstances } from "../../find/change-instances";
import { graceOption, someInstances } from "../../parameters/instance";

export const stop = command({
  name: "stop",
  summary: "Shut down instances; they keep their files and addresses",
  options: { grace: graceOption },
  arguments: { instances: someInstances },
  examples: [
    ["stop web db", "shut down cleanly, or forcibly after 10 seconds"],
    ["stop --grace 0 web", "power off immediately"],
  ],
  run: ({ instances, grace }, io) =>
    changeInstances(io, instances, (client, target) =>
      client.call("instance.stop", { ...target, graceSeconds: grace }),
    ),
});
