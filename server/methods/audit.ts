import type { Auditor } from "../audit/audit-log";
import type { Handlers, MethodsOf } from "./handlers";

export function auditHandlers(auditor: Auditor): Handlers<MethodsOf<"audit">> {
  return {
    "audit.list": (_caller, filter) => auditor.list(filter),
  };
}
