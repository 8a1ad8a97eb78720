import { connect } from "node:net";
import { type Probe, quickPace } from "./probe";

const longestGreeting = 65_536;
const notSsh = "an answer that is not SSH's";

/** Reached when the SSH server has sent its version. Other lines may come before (RFC 4253, section 4.2). */
export function sshProbe(port = 22): Probe {
  return { ...quickPace, look: ({ address }, { signal }) => readBanner(address, port, signal) };
}

async function readBanner(host: string, port: number, signal: AbortSignal): Promise<string | undefined> {
  return await new Promise((resolve) => {
    const socket = connect({ host, port });
    let text = "";
    let silence = "no answer";
    const finish = (seen: string | undefined): void => {
      signal.removeEventListener("abort", onAbort);
      socket.destroy();
      resolve(seen);
    };
    const onAbort = (): void => finish(text === "" ? silence : notSsh);
    signal.addEventListener("abort", onAbort);
    socket.once("connect", () => {
      silence = "a connection without a word";
    });
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
