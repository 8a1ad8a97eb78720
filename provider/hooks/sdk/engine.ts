import { connect } from "node:net";
import { hasErrno } from "../../../protocol/errno";

const checkMs = 5000;

/** The engine's address, which is the last argument of the dynamic-provider process. Undefined in other processes. */
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
 * Ends this process when the engine is gone and no work is running. A killed engine does not end its provider
 * processes, so each such `pulumi up` would leave a process forever.
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
