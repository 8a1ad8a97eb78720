import { connect } from "node:net";
import { hasErrno } from "../../../protocol/errno";

const checkMs = 5000;

/** Where the engine listens: the last argument that it gives to the dynamic-provider process. Elsewhere none. */
export const engineAddress = addressIn(process.argv.at(-1) ?? "");

interface Address {
  readonly host: string;
  readonly port: number;
}

function addressIn(argument: string): Address | undefined {
  const [, host, port] = /^([0-9.]+|localhost):([0-9]+)$/.exec(argument) ?? [];
  return host === undefined ? undefined : { host, port: Number(port) };
}

/**
 * Ends this process once the engine is gone and nothing is under way: an engine that was killed ends nothing,
 * and every such `pulumi up` would leave a process behind for good.
 */
export function endWithEngine(isBusy: () => boolean): void {
  if (engineAddress === undefined) {
    return;
  }
  const address = engineAddress;
  setInterval(() => {
    const socket = connect(address);
    socket.once("connect", () => socket.destroy());
    socket.once("error", (error) => {
      if (hasErrno(error, "ECONNREFUSED") && !isBusy()) {
        process.exit(1);
      }
    });
  }, checkMs).unref();
}
