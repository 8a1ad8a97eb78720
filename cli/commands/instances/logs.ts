import { command } from "../../command";
import { idOrName } from "../../find/instances";
import { withSuggestion } from "../../find/subjects";
import { oneInstance } from "../../parameters/instance";

export const logs = command({
  name: "logs",
  summary: "Show the output of an instance's userData script",
  options: {},
  arguments: { instance: oneInstance },
  examples: [
    ["logs web", "show the end of the output, and the exit code"],
    ["logs 501", "also works for an instance that failed recently"],
  ],
  run: async ({ instance }, io) => {
    const client = io.connect();
    try {
      const log = await client.call("instance.log", { instance: idOrName(instance) });
      if (log.truncated) {
        io.note("Only the end of the output was kept.");
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
    return "The script is still running.";
  }
  return exitCode === undefined
    ? "There is no exit code: the script did not run to its end."
    : `The script exited with code ${exitCode}.`;
}
