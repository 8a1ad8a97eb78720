import type { Cloud } from "../cloud/cloud";
import type { Handlers, MethodsOf } from "./handlers";

export function leaseHandlers({ leases }: Cloud): Handlers<MethodsOf<"lease">> {
  return {
    "lease.open": (parameters) => leases.open(parameters),
    "lease.renew": (parameters) => leases.renew(parameters),
    "lease.end": (parameters) => leases.end(parameters),
  };
}
