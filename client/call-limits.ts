import { anyDefaultOf } from "../protocol/methods/default-of";
import type { MethodName, ParsedParameters } from "../protocol/methods/method-table";

interface CallLimits<Parameter extends string> {
  /** How long the daemon's answer may take, on top of what the parameters ask for. */
  readonly seconds: number;
  /** The parameter that says how long the daemon itself waits. */
  readonly extra?: Parameter;
  /** Twice has the effect of once, so the call may be sent again when a connection was lost. */
  readonly repeatable: boolean | "with clientToken";
}

/** The engine's own commands have 60 s each, and wait for their turn when many are asked for at once. */
const engineWork = { seconds: 900, repeatable: true } as const;
const look = { seconds: 120, repeatable: true } as const;

const limits: { readonly [M in MethodName]: CallLimits<string & keyof ParsedParameters<M>> } = {
  "instance.create": { seconds: 900, extra: "waitSeconds", repeatable: "with clientToken" },
  "instance.check": look,
  "instance.get": look,
  "instance.confirm": look,
  "instance.list": look,
  "instance.listForeign": look,
  "instance.wait": { seconds: 60, extra: "timeoutSeconds", repeatable: true },
  "instance.update": engineWork,
  "instance.extend": look,
  "instance.start": engineWork,
  "instance.stop": { ...engineWork, extra: "graceSeconds" },
  "instance.restart": { ...engineWork, extra: "graceSeconds", repeatable: false },
  "instance.exec": { seconds: 300, extra: "timeoutSeconds", repeatable: false },
  "instance.log": look,
  "instance.takeOver": { seconds: 900, repeatable: false },
  "instance.destroy": engineWork,
  "fleet.apply": { seconds: 900, repeatable: "with clientToken" },
  "fleet.check": look,
  "fleet.get": look,
  "fleet.confirm": look,
  "fleet.list": look,
  "fleet.wait": { seconds: 60, extra: "timeoutSeconds", repeatable: true },
  "fleet.extend": look,
  "fleet.destroy": { seconds: 3600, repeatable: true },
  "key.add": { seconds: 180, repeatable: "with clientToken" },
  "key.get": look,
  "key.confirm": look,
  "key.list": look,
  "key.update": engineWork,
  "key.remove": engineWork,
  "token.list": { seconds: 30, repeatable: true },
  "lease.open": { seconds: 30, repeatable: true },
  // Shorter than a lease, so that there is time for another try.
  "lease.renew": { seconds: 5, repeatable: true },
  "lease.end": engineWork,
  "image.list": look,
  "image.import": { seconds: 1800, repeatable: false },
  "image.remove": engineWork,
  "type.list": look,
  "server.info": { seconds: 30, repeatable: true },
};

/** A JavaScript caller's mistake, or a method that a newer daemon has. */
const unknownMethod: CallLimits<never> = { seconds: 900, repeatable: false };

function limitsOf(method: MethodName): CallLimits<string> {
  return Object.hasOwn(limits, method) ? limits[method] : unknownMethod;
}

/** How long the answer to a call may take. */
export function answerTimeoutMs(method: MethodName, parameters: object): number {
  const { seconds, extra } = limitsOf(method);
  const asked: unknown =
    extra === undefined ? 0 : (Reflect.get(parameters, extra) ?? anyDefaultOf(method, extra));
  return (seconds + (typeof asked === "number" ? asked : 0)) * 1000;
}

/** Whether a call may be sent a second time when it is not known what became of the first. */
export function isRepeatable(method: MethodName, parameters: object): boolean {
  const { repeatable } = limitsOf(method);
  return repeatable === "with clientToken"
    ? "clientToken" in parameters && parameters.clientToken !== undefined
    : repeatable;
}
