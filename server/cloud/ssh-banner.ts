import { connect } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { MccError } from "../../protocol/error";

/** What a single try may take: a container that drops packets must not hold the next try up. */
const tryTimeoutMs = 2000;
const shortestPauseMs = 5;
const longestPauseMs = 250;
const longestGreeting = 65_536;
const notSsh = "an answer that is not SSH's";

/**
 * Resolves once the SSH server at the address has said its version. Other lines may come before (RFC 4253,
 * section 4.2).
 *
 * @param signal ends the wait; its reason is thrown.
 * @throws MccError `timeout` that says what was seen last.
 */
export async function waitForSshBanner(
  address: string,
  timeoutMs: number,
  signal: AbortSignal,
  port = 22,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  let pauseMs = shortestPauseMs;
  for (;;) {
    const seen = await readBanner(address, port, signal);
    signal.throwIfAborted();
    if (seen === undefined) {
      return;
    }
    if (Date.now() + pauseMs > deadline) {
      throw new MccError(
        "timeout",
        `SSH at ${address} did not answer within ${timeoutMs / 1000} s (last seen: ${seen}).`,
      );
    }
    await pause(pauseMs, undefined, { signal }).catch(() => signal.throwIfAborted());
    pauseMs = Math.min(pauseMs * 1.5, longestPauseMs);
  }
}

/** Resolves to nothing when the banner came, else to what came instead. */
async function readBanner(address: string, port: number, signal: AbortSignal): Promise<string | undefined> {
  return await new Promise((resolve) => {
    const socket = connect({ host: address, port });
    let text = "";
    const finish = (seen: string | undefined): void => {
      signal.removeEventListener("abort", onAbort);
      socket.destroy();
      resolve(seen);
    };
    const onAbort = (): void => finish("given up");
    signal.addEventListener("abort", onAbort);
    socket.setTimeout(tryTimeoutMs, () => finish(text === "" ? "no answer" : notSsh));
    socket.on("data", (data) => {
      text += data.toString("latin1");
      if (/^SSH-/m.test(text)) {
        finish(undefined);
      } else if (text.length > longestGreeting) {
        finish(notSsh);
      }
    });
    socket.once("error", (error) => finish("code" in error ? String(error.code) : error.message));
    socket.once("close", () => finish(text === "" ? "the connection closed without a word" : notSsh));
  });
}
