import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { Launched } from "./launched";
import { Messages } from "./messages-on-wire";

/** Decides what the fake commands of one host do, each of which is a process of its own: see launcher.pl. */
export interface CommandServer {
  readonly port: number;
  /** Commands that have not ended yet end, too. */
  close(): Promise<void>;
}

/** @param decide does what a command does; the command ends with the exit code. */
export async function openCommandServer(
  decide: (command: Launched) => Promise<number>,
): Promise<CommandServer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.setNoDelay());
    socket.on("close", () => sockets.delete(socket));
    // The command was killed in the middle of a word.
    socket.on("error", () => undefined);
    void serve(new Messages(socket), decide);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      const closed = once(server, "close");
      server.close();
      sockets.forEach((socket) => socket.destroy());
      await closed;
    },
  };
}

async function serve(messages: Messages, decide: (command: Launched) => Promise<number>): Promise<void> {
  const request = await messages.receive();
  if (request !== undefined) {
    const [program = "", pid = "", ...words] = request;
    const command = new Launched(messages, program, Number(pid), words);
    command.end(await decide(command));
  }
}
