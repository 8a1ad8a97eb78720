import type { Logger } from "pino";
import { type MethodName, methodTable } from "../../protocol/methods/method-table";
import type { Cloud } from "../cloud/cloud";
import { refuseBinaryParameters } from "./binary-parameters";
import { logged } from "./call-log";
import { type Callable, callable, type Dispatch } from "./callable";
import { type Description, describeMethod } from "./description";
import { oldMethods } from "./first-minicloud/methods";
import { fleetHandlers } from "./fleet";
import type { Handlers } from "./handlers";
import { imageHandlers } from "./image";
import { instanceHandlers } from "./instance";
import { keyHandlers } from "./key";
import { leaseHandlers } from "./lease";
import { sendableResult } from "./sendable-result";
import { serverHandlers } from "./server";
import { systemMethods } from "./system";
import { tokenHandlers } from "./token";
import { typeHandlers } from "./type";
import { unknownMethod } from "./unknown-method";

interface DispatchedMethod {
  readonly description: Description;
  readonly call: Callable;
}

/** Creates the dispatcher of all methods. Each call is logged in one line. */
export function createDispatch(cloud: Cloud, log: Logger): Dispatch {
  const handlers: Handlers<MethodName> = {
    ...instanceHandlers(cloud),
    ...fleetHandlers(cloud),
    ...keyHandlers(cloud),
    ...leaseHandlers(cloud),
    ...imageHandlers(cloud),
    ...tokenHandlers(cloud),
    ...typeHandlers(cloud),
    ...serverHandlers(cloud),
  };
  const methods = new Map<string, DispatchedMethod>();
  const find = (name: string): DispatchedMethod => {
    const method = methods.get(name);
    if (method === undefined) {
      throw unknownMethod(name, [...methods.keys()]);
    }
    return method;
  };
  const dispatch: Dispatch = (name, parameters, signal = new AbortController().signal) =>
    logged(log, { name, parameters }, async () => {
      const method = find(name);
      refuseBinaryParameters(name, parameters);
      return sendableResult(await method.call(parameters, signal));
    });

  for (const name of Object.keys(methodTable).filter(isRowName)) {
    methods.set(name, {
      description: describeMethod(methodTable[name]),
      call: callable(name, handlers[name], cloud.claims),
    });
  }
  const system = systemMethods({
    dispatch,
    names: () => [...methods.keys()],
    describe: (name) => find(name).description,
  });
  const positional = { ...oldMethods(cloud), ...system };
  for (const [name, { call, ...description }] of Object.entries(positional)) {
    methods.set(name, { description, call: (parameters, signal) => call(name, parameters, signal) });
  }
  return dispatch;
}

function isRowName(name: string): name is MethodName {
  return Object.hasOwn(methodTable, name);
}
