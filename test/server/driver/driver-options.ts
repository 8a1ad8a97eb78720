import { randomBytes } from "node:crypto";
import pino from "pino";
import type { DriverOptions } from "../../../server/driver/driver";

/** What a test's driver is made with: an identity of its own, so that it never meets another test's containers. */
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
