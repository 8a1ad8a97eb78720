import type { z } from "zod";
import { tokenMethods } from "./claim";
import { fleetMethods } from "./fleet";
import { imageMethods } from "./image";
import { instanceMethods } from "./instance";
import { instanceTypeMethods } from "./instance-type";
import { keyMethods } from "./key";
import { leaseMethods } from "./lease";
import { serverMethods } from "./server";

/** Contains every method of the daemon except `system.*`. It is the only source of validation, types and help. */
export const methodTable = {
  ...instanceMethods,
  ...fleetMethods,
  ...keyMethods,
  ...leaseMethods,
  ...tokenMethods,
  ...imageMethods,
  ...instanceTypeMethods,
  ...serverMethods,
};

export type MethodTable = typeof methodTable;
export type MethodName = keyof MethodTable;
/** What a caller passes: what has a default may be left out. */
export type MethodParameters<M extends MethodName> = z.input<MethodTable[M]["parameters"]>;
/** The parameters inside the daemon, with their defaults filled in. */
export type ParsedParameters<M extends MethodName> = z.output<MethodTable[M]["parameters"]>;
export type MethodResult<M extends MethodName> = z.output<MethodTable[M]["result"]>;
