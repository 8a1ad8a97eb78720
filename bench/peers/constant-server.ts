import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/**
 * Does the work while a plain `node:http` server in another process answers every request with the same text.
 *
 * @param work receives the URL of the server.
 */
export async function withConstantServer<T>(answer: string, work: (url: string) => Promise<T>): Promise<T> {
  const child = spawn(process.execPath, [__filename, answer], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  try {
    const [url] = (await once(child, "message")) as [string];
    return await work(url);
  } finally {
    await end(child);
  }
}

async function end(child: ChildProcess): Promise<void> {
  const exit = once(child, "exit");
  child.kill();
  await exit;
}

function serve(answer: string): void {
  const server = createServer((request, response) => {
    request.resume().on("end", () => {
      response.setHeader("content-type", "application/json");
      response.end(answer);
    });
  });
  server.listen(0, "127.0.0.1", () => {
    const { port } = server.address() as AddressInfo;
    process.send?.(`http://127.0.0.1:${port}`);
  });
  process.on("disconnect", () => process.exit());
}

if (require.main === module) {
  serve(process.argv[2] ?? "");
}
