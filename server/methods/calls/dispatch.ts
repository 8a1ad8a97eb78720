import type { Logger } from "pino";
import { type MethodName, methodTable } from "../../../protocol/methods/method-table";
import type { Role } from "../../../protocol/methods/values/role";
import { type Auditor, noAuditor } from "../../audit/audit-log";
import { audited } from "../../audit/audited";
import { errorFor } from "../../cloud/access/hidden-output";
import { requireRole } from "../../cloud/access/require-role";
import { understoodError } from "../../cloud/access/understanding";
import type { Cloud } from "../../cloud/cloud";
import { measured } from "../../support/measurements";
import { accessTokenHandlers } from "../access-token";
import { auditHandlers } from "../audit";
import { type Description, describeMethod } from "../description";
import { eventHandlers } from "../event";
import { oldMethods } from "../first-minicloud/methods";
import { fleetHandlers } from "../fleet";
import type { Handlers } from "../handlers";
import { imageHandlers } from "../image";
import { instanceHandlers } from "../instance";
import { keyHandlers } from "../key";
import { leaseHandlers } from "../lease";
import { memberHandlers } from "../member";
import { poolHandlers } from "../pool";
import { serverHandlers } from "../server";
import { systemMethods } from "../system";
import { tokenHandlers } from "../token";
import { typeHandlers } from "../type";
import { refuseBinaryParameters } from "./binary-parameters";
import { logged } from "./call-log";
import { type Callable, callable, type Dispatch } from "./callable";
import { sendableResult } from "./sendable-result";
import { unknownMethod } from "./unknown-method";

interface DispatchedMethod {
  readonly roles: readonly Role[];
  readonly description: Description;
  readonly call: Callable;
}

/**
 * Creates the dispatcher of all methods. It checks the role of each caller. Each call is logged in one line, and each change
 * is in the audit log.
 *
 * @param auditor default: changes are not recorded.
 */
export function createDispatch(cloud: Cloud, log: Logger, auditor: Auditor = noAuditor): Dispatch {
  const handlers: Handlers<MethodName> = {
    ...instanceHandlers(cloud),
    ...fleetHandlers(cloud),
    ...keyHandlers(cloud),
    ...leaseHandlers(cloud),
    ...imageHandlers(cloud),
    ...poolHandlers(cloud),
    ...memberHandlers(cloud),
    ...tokenHandlers(cloud),
    ...accessTokenHandlers(cloud),
    ...auditHandlers(auditor),
    ...eventHandlers(cloud),
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
  const dispatch: Dispatch = (caller, name, parameters, signal = new AbortController().signal) => {
    const call = { caller, name, parameters };
    return audited(auditor, call, () =>
      logged(log, call, () =>
        measured("call", methods.has(name) ? name : "unknown", async () => {
          const method = find(name);
          requireRole(name, method.roles, caller);
          refuseBinaryParameters(name, parameters);
          try {
            return sendableResult(await method.call(caller, parameters, signal));
          } catch (error) {
            throw understoodError(caller, errorFor(caller, error));
          }
        }),
      ),
    );
  };

  for (const name of Object.keys(methodTable).filter(isRowName)) {
    methods.set(name, {
      roles: methodTable[name].roles,
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
  for (const [name, { call, roles, ...description }] of Object.entries(positional)) {
    methods.set(name, {
      roles,
      description,
      call: (caller, parameters, signal) => call(caller, name, parameters, signal),
    });
  }
  return dispatch;
}

function isRowName(name: string): name is MethodName {
  return Object.hasOwn(methodTable, name);
}
