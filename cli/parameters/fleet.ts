import { largestFleet, longestFleetName } from "../../protocol/methods/fleet";
import { nameSchema } from "../../protocol/methods/values/name";
import { fleetName, wholeNumber } from "./values";

/** Defines options and arguments of several commands for fleets. */

export const oneFleet = {
  syntax: "<FLEET>",
  help: "name of a fleet",
  value: fleetName,
  names: ["fleet"],
} as const;

export const newFleet = {
  syntax: "<FLEET>",
  help: "name of the new fleet; its members are FLEET-1, FLEET-2 and so on",
  value: nameSchema.max(longestFleetName, `a fleet's name has at most ${longestFleetName} characters`),
} as const;

export const memberCount = wholeNumber(1, largestFleet);
