import { useMemo } from "preact/hooks";
import type { Instance } from "../../protocol/types/instance";
import type { InstanceType } from "../../protocol/types/instance-type";
import { useDialogs } from "../dialogs/dialogs";
import { stackOf } from "../state/filters";
import { hrefOf } from "../state/route";
import type { UsageView } from "../state/usage-view";
import { Status } from "./status";
import { TimeLeft } from "./time-left";
import { CpuUse, MemoryUse } from "./use-of";

interface RowProperties {
  readonly instance: Instance;
  readonly type: InstanceType | undefined;
  readonly usage: UsageView;
  readonly hasMembers: boolean;
  readonly clockDifferenceMs: number;
  readonly canChange: boolean;
}

/** A row of the list of instances. The same element is returned while nothing changed, so that Preact compares nothing below it. */
export function InstanceRow({
  instance,
  type,
  usage,
  hasMembers,
  clockDifferenceMs,
  canChange,
}: RowProperties) {
  const dialogs = useDialogs();
  return useMemo(() => {
    const stack = stackOf(instance);
    return (
      <tr role="row">
        <th scope="row" role="rowheader" data-label="Name">
          <a href={hrefOf(`instances/${instance.id}`)}>{instance.name}</a>{" "}
          <small>
            {instance.id}
            {instance.fleet === undefined ? "" : `, fleet ${instance.fleet.name}`}
          </small>
        </th>
        <td role="cell" data-label="Status">
          <Status status={instance.status} />
          {instance.waitingFor !== undefined && <small> waits for {instance.waitingFor}</small>}
        </td>
        <td role="cell" data-label="Address">
          <code>{instance.ipAddress}</code>
        </td>
        {hasMembers && (
          <td role="cell" data-label="Member">
            {instance.member ?? "none"}
          </td>
        )}
        <td role="cell" data-label="Owner">
          {instance.account ?? "unknown"}
          {stack !== "" && <small> {stack}</small>}
        </td>
        <td role="cell" data-label="TTL left">
          <TimeLeft expiresAt={instance.expiresAt} clockDifferenceMs={clockDifferenceMs} />
        </td>
        <td role="cell" data-label="Memory">
          <MemoryUse usage={usage} instance={instance} type={type} />
        </td>
        <td role="cell" data-label="CPU">
          <CpuUse usage={usage} instance={instance} type={type} />
        </td>
        <td role="cell" data-label="Actions" class="actions">
          {canChange && (
            <>
              <button
                type="button"
                aria-label={`Extend ${instance.name}`}
                onClick={() => dialogs.extend({ kind: "instance", one: instance })}
              >
                Extend
              </button>{" "}
              <button
                type="button"
                class="danger"
                aria-label={`Destroy ${instance.name}`}
                onClick={() => dialogs.destroy({ kind: "instance", one: instance })}
              >
                Destroy
              </button>
            </>
          )}
        </td>
      </tr>
    );
  }, [instance, type, usage, hasMembers, clockDifferenceMs, canChange, dialogs]);
}
