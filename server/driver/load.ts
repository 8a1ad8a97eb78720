import { MccError } from "../../protocol/error";
import type { Driver, DriverOptions } from "./driver";
import { createLxcDriver } from "./lxc/lxc-driver";
import { createSimulatedDriver } from "./simulated/simulated-driver";

/** Every driver by its name on the command line. */
const drivers = {
  lxc: createLxcDriver,
  simulated: createSimulatedDriver,
} as const satisfies Record<string, (options: DriverOptions) => Driver>;

export type DriverName = keyof typeof drivers;

export const driverNames = Object.keys(drivers).filter(isDriverName);

/** What `--driver` takes. */
export const driverChoices = ["auto", ...driverNames];

/** What `auto` stands for: the first of those that can make real hosts. */
const automatic: DriverName = "lxc";

/** @throws MccError `invalid` for a name that is not one of `driverChoices`. */
export function resolveDriverName(choice: string): DriverName {
  if (choice === "auto") {
    return automatic;
  }
  if (isDriverName(choice)) {
    return choice;
  }
  throw new MccError("invalid", `There is no driver "${choice}"; choose one of ${driverChoices.join(", ")}.`);
}

export function loadDriver(name: DriverName, options: DriverOptions): Driver {
  return drivers[name](options);
}

function isDriverName(name: string): name is DriverName {
  return Object.hasOwn(drivers, name);
}
