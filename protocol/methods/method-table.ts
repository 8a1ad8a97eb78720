import type { z } from "zod";
import type { MethodName, MethodParameters, MethodResult } from "../types/methods";
import { accessTokenMethods } from "./access-token";
import { auditMethods } from "./audit";
import { eventMethods } from "./event";
import { fleetMethods } from "./fleet";
import { imageMethods } from "./image";
import { instanceMethods } from "./instance";
import { instanceTypeMethods } from "./instance-type";
import { keyMethods } from "./key";
import { leaseMethods } from "./lease";
import { memberMethods } from "./member";
import { poolMethods } from "./pool";
import { serverMethods } from "./server";
import { usageMethods } from "./usage";
import { tokenMethods } from "./values/claim";

export type { MethodName, MethodParameters, MethodResult };

/** Contains every method of the daemon except `system.*`. It is the only source of validation and help. */
export const methodTable = {
  ...instanceMethods,
  ...usageMethods,
  ...fleetMethods,
  ...keyMethods,
  ...leaseMethods,
  ...tokenMethods,
  ...accessTokenMethods,
  ...auditMethods,
  ...eventMethods,
  ...imageMethods,
  ...instanceTypeMethods,
  ...poolMethods,
  ...memberMethods,
  ...serverMethods,
} satisfies Record<MethodName, unknown>;

export type MethodTable = typeof methodTable;
/** The parameters inside the daemon, with their defaults filled in. */
export type ParsedParameters<M extends MethodName> = z.output<MethodTable[M]["parameters"]>;

/** Also sees an optional field that only one of both has, which assignability does not. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
type Agrees<M extends keyof MethodTable> = M extends MethodName
  ? [
      Same<z.input<MethodTable[M]["parameters"]>, MethodParameters<M>>,
      Same<z.output<MethodTable[M]["result"]>, MethodResult<M>>,
    ]
  : [false];
type None<Methods extends never> = Methods;

/**
 * The methods whose schemas here and public types in `protocol/types/` differ. There are none, or this does not compile:
 * the message then names them.
 */
export type MethodsThatDiffer = None<
  { [M in keyof MethodTable]: Agrees<M> extends [true, true] ? never : M }[keyof MethodTable]
>;
