/**
 * Is loaded before the daemon (`node --require`), and puts a recorder around its file operations and its commands. The
 * harness sends orders through a socket. Nothing of it is in the daemon's own code.
 */
import { rmSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { createServer } from "node:net";
import { createInterface } from "node:readline";
import { watchCalls } from "./calls";
import { watchCommands } from "./commands";
import { type Order, type Settings, settingsVariable } from "./control";
import { watchFiles } from "./files";
import { Recorder } from "./recorder";

const given = process.env[settingsVariable];
if (given !== undefined) {
  // Programs that the daemon starts must not load it.
  delete process.env["NODE_OPTIONS"];
  const recorder = new Recorder(JSON.parse(given) as Settings);
  const { socket } = recorder.settings;
  rmSync(socket, { force: true });
  const server = createServer((connection) => {
    connection.unref().on("error", () => undefined);
    createInterface(connection).on("line", (line) => {
      connection.write(`${JSON.stringify(recorder.obey(JSON.parse(line) as Order))}\n`);
    });
  });
  const isWatching = watchFiles(recorder);
  watchCommands(recorder);
  watchCalls(recorder);
  syncBuiltinESMExports();
  // Orders are accepted when every step is seen.
  void isWatching.then(() => server.listen(socket).unref());
}
