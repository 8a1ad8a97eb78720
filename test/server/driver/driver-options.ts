import { randomBytes } from "node:crypto";
import pino from "pino";
import type { DriverOptions } from "../../../server/driver/driver";

/** Returns the options of a test's driver, with a unique identity, so that it never sees another test's containers. */
export function driverOptions(folder: string, overrides: Partial<DriverOptions> = {}): DriverOptions {
  return {
    folder,
    serverId: randomBytes(16).toString("hex"),
    network: { address: "198.18.0.0", prefixLength: 24, gateway: "198.18.0.1", nat: false },
    commandTimeoutMs: 20_000,
    log: pino({ level: "silent" }),
    ...overrides,
  };
}
