import { MccError } from "../../protocol/error";
import type { AuditEntry } from "../../protocol/methods/audit";
import type { Auditor } from "./audit-log";
import { isAudited } from "./effects";
import { subjectOf } from "./subject";

/** The part of a call that the audit log has. */
export interface AuditedCall {
  readonly caller: Pick<AuditEntry, "account" | "role" | "from">;
  readonly name: string;
  readonly parameters: readonly unknown[];
}

/** Records a call that changes something, also one that is refused. @throws what `work` throws: only MccError. */
export async function audited<T>(
  auditor: Pick<Auditor, "record">,
  { caller, name, parameters }: AuditedCall,
  work: () => Promise<T>,
): Promise<T> {
  if (!isAudited(name)) {
    return await work();
  }
  const started = performance.now();
  const { account, role, from } = caller;
  const record = (result: unknown, outcome: Pick<AuditEntry, "result" | "reason">): void =>
    auditor.record({
      time: new Date().toISOString(),
      account,
      role,
      from,
      method: name,
      subject: subjectOf(parameters, result),
      ms: Math.round(performance.now() - started),
      ...outcome,
    });
  try {
    const result = await work();
    record(result, { result: "ok" });
    return result;
  } catch (error) {
    record(undefined, MccError.isInstance(error) ? outcomeOf(error) : { result: "internal" });
    throw error;
  }
}

/** The message of an `invalid` quotes the parameters, which may contain a secret in the wrong place. */
function outcomeOf({ code, message, confidential }: MccError): Pick<AuditEntry, "result" | "reason"> {
  return code === "invalid" || confidential ? { result: code } : { result: code, reason: message };
}
