import { MccError } from "../../protocol/error";
import { isOnPath } from "../support/program-path";
import type { Driver, DriverOptions } from "./driver";

/** The drivers by their name on the command line. Their sources are loaded only for a daemon that uses them. */
const drivers = {
  openvz: async (options) => (await import("./openvz/driver.js")).createOpenvzDriver(options),
  lxc: async (options) => (await import("./lxc/driver.js")).createLxcDriver(options),
  incus: async (options) => (await import("./incus/driver.js")).loadIncusDriver(options),
  simulated: async (options) => (await import("./simulated/driver.js")).createSimulatedDriver(options),
} as const satisfies Record<string, (options: DriverOptions) => Promise<Driver>>;

export type DriverName = keyof typeof drivers;

export const driverNames = Object.keys(drivers).filter(isDriverName);

/** The values of `--driver`. */
export const driverChoices = ["auto", ...driverNames];

/** The driver for `auto`: the first whose program is installed, otherwise LXC. */
const automatic: readonly { readonly name: DriverName; readonly program: string }[] = [
  { name: "openvz", program: "vzctl" },
];

/** Resolves a value of `--driver`. @throws MccError `invalid` for a name that is not one of `driverChoices`. */
export function resolveDriverName(choice: string): DriverName {
  if (choice === "auto") {
    return automaticDriver();
  }
  if (isDriverName(choice)) {
    return choice;
  }
  throw new MccError("invalid", `There is no driver "${choice}"; choose one of ${driverChoices.join(", ")}.`);
}

function automaticDriver(): DriverName {
  return automatic.find(({ program }) => isOnPath(program))?.name ?? "lxc";
}

export async function loadDriver(name: DriverName, options: DriverOptions): Promise<Driver> {
  return await drivers[name](options);
}

function isDriverName(name: string): name is DriverName {
  return Object.hasOwn(drivers, name);
}
