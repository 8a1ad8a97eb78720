import type { Cloud } from "../cloud/cloud";
import type { Handlers, MethodsOf } from "./handlers";

export function leaseHandlers({ leases }: Cloud): Handlers<MethodsOf<"lease">> {
  return {
    "lease.open": (caller, parameters) => leases.open(caller, parameters),
    "lease.renew": (caller, parameters) => leases.renew(caller, parameters),
    "lease.end": (caller, parameters) => leases.end(caller, parameters),
  };
}
