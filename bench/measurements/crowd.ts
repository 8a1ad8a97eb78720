import { connect, type Socket } from "node:net";
import { type RawAnswer, send } from "../../test/support/http/raw-http";
import { writeCall } from "../../test/support/wire/odd-values";

export interface Crowd {
  /** Ends all connections. */
  leave(): Promise<void>;
}

export interface CrowdOptions {
  readonly url: string;
  readonly token: string;
  /** How many clients begin a call and never finish it. */
  readonly slow: number;
  /** How many clients wait for an instance that does not become ready. */
  readonly waiting: number;
  readonly instance: number;
}

/** Opens connections that the daemon must keep. */
export async function gather({ url, token, slow, waiting, instance }: CrowdOptions): Promise<Crowd> {
  const authorization = `Bearer ${token}`;
  const begun = `POST / HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: text/xml\r\nauthorization: ${authorization}\r\ncontent-length: 1000\r\n\r\n<methodCall>`;
  const sockets = await Promise.all(Array.from({ length: slow }, () => openSocket(url, begun)));
  const body = writeCall("instance.wait", [{ instance, timeoutSeconds: 60 }]);
  const waits: Promise<RawAnswer | undefined>[] = Array.from({ length: waiting }, () =>
    send(url, { headers: { authorization }, body }).catch(() => undefined),
  );
  return {
    leave: async () => {
      sockets.forEach((socket) => socket.destroy());
      await Promise.all(waits);
    },
  };
}

function openSocket(url: string, begun: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => {
      socket.write(begun, () => resolve(socket));
    });
    socket.once("error", reject);
  });
}
