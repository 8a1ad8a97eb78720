import { anyDefaultOf } from "../protocol/methods/default-of";
import type { MethodName, ParsedParameters } from "../protocol/methods/method-table";

interface CallLimits<Parameter extends string> {
  /** The time limit of the daemon's answer, in addition to the waiting time in the parameters. */
  readonly seconds: number;
  /** The parameter with the waiting time of the daemon. */
  readonly extra?: Parameter;
  /** Whether the call is idempotent, so that it can be sent again after a lost connection. */
  readonly repeatable: boolean | "with clientToken";
}

/** For calls that run commands of the engine. Each command has a limit of 60 s, and many commands are queued. */
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
  "instance.usage": look,
  "instance.update": engineWork,
  "instance.extend": look,
  "instance.start": engineWork,
  "instance.stop": { ...engineWork, extra: "graceSeconds" },
  "instance.restart": { ...engineWork, extra: "graceSeconds", repeatable: false },
  "instance.exec": { seconds: 300, extra: "timeoutSeconds", repeatable: false },
  "instance.execStart": { seconds: 120, repeatable: false },
  "instance.execRead": { seconds: 60, extra: "waitSeconds", repeatable: true },
  "instance.execWrite": { seconds: 60, repeatable: true },
  "instance.execEnd": look,
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
  "fleet.update": engineWork,
  "fleet.destroy": { seconds: 3600, repeatable: true },
  "key.add": { seconds: 180, repeatable: "with clientToken" },
  "key.get": look,
  "key.confirm": look,
  "key.list": look,
  "key.update": engineWork,
  "key.remove": engineWork,
  "token.list": { seconds: 30, repeatable: true },
  "accessToken.add": { seconds: 30, repeatable: false },
  "accessToken.list": { seconds: 30, repeatable: true },
  "audit.list": { seconds: 30, repeatable: true },
  "event.list": { seconds: 30, repeatable: true },
  "accessToken.revoke": { seconds: 30, repeatable: true },
  "accessToken.rotate": { seconds: 30, repeatable: false },
  "accessToken.setCertificate": { seconds: 30, repeatable: true },
  "accessToken.setQuota": { seconds: 30, repeatable: true },
  "lease.open": { seconds: 30, repeatable: true },
  // Shorter than a lease, so that there is time for a retry.
  "lease.renew": { seconds: 5, repeatable: true },
  "lease.end": engineWork,
  "image.list": look,
  "image.import": { seconds: 1800, repeatable: false },
  "image.uploadStart": { seconds: 60, repeatable: true },
  "image.uploadWrite": { seconds: 180, repeatable: true },
  "image.uploadEnd": { seconds: 1800, repeatable: false },
  "image.uploadCancel": { seconds: 60, repeatable: true },
  "image.remove": engineWork,
  "pool.list": { seconds: 30, repeatable: true },
  "pool.set": { seconds: 60, repeatable: true },
  "member.simulate": { seconds: 30, repeatable: true },
  "type.list": look,
  "server.info": { seconds: 30, repeatable: true },
};

/** For a mistake of a JavaScript caller, or a method of a newer daemon. */
const unknownMethod: CallLimits<never> = { seconds: 900, repeatable: false };

function limitsOf(method: MethodName): CallLimits<string> {
  return Object.hasOwn(limits, method) ? limits[method] : unknownMethod;
}

/** Returns the time limit of the answer to a call. */
export function answerTimeoutMs(method: MethodName, parameters: object): number {
  const { seconds, extra } = limitsOf(method);
  const asked: unknown =
    extra === undefined ? 0 : (Reflect.get(parameters, extra) ?? anyDefaultOf(method, extra));
  return (seconds + (typeof asked === "number" ? asked : 0)) * 1000;
}

/** Tells whether a call can be sent again if the result of the first one is unknown. */
export function isRepeatable(method: MethodName, parameters: object): boolean {
  const { repeatable } = limitsOf(method);
  return repeatable === "with clientToken"
    ? "clientToken" in parameters && parameters.clientToken !== undefined
    : repeatable;
}
