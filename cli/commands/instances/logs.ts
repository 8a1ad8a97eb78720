import { command } from "../../command";
import { idOrName } from "../../find/instances";
import { withSuggestion } from "../../find/subjects";
import { oneInstance } from "../../parameters/common";

export const logs = command({
  name: "logs",
  summary: "Show what the userData of an instance wrote, also while it runs",
  options: {},
  arguments: { instance: oneInstance },
  examples: [
    ["logs web", "the last of its output, and how the script ended"],
    ["logs 501", "also of one that was undone, a while ago at most"],
  ],
  run: async ({ instance }, io) => {
    const client = io.connect();
    try {
      const log = await client.call("instance.log", { instance: idOrName(instance) });
      if (log.truncated) {
        io.note("Only the last of the output was kept.");
      }
      io.stdout.write(Buffer.from(log.output, "base64"));
      io.note(ending(log));
    } catch (error) {
      throw await withSuggestion(client, error, [{ subject: "instance", name: instance }]);
    }
  },
});

function ending({ running, exitCode }: { running: boolean; exitCode?: number | undefined }): string {
  if (running) {
    return "The script has not ended yet.";
  }
  return exitCode === undefined
    ? "The script did not come to an end."
    : `The script ended with exit code ${exitCode}.`;
}
