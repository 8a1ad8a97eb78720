import { useEffect, useMemo } from "preact/hooks";
import type { Instance } from "../../protocol/types/instance";
import type { InstanceType } from "../../protocol/types/instance-type";
import type { Session } from "../connection/requests";
import { useDialogs } from "../dialogs/dialogs";
import type { CloudView } from "../state/cloud-view";
import { filtersOf, passes, stackOf } from "../state/filters";
import { useValue } from "../state/observable";
import { hrefOf, route } from "../state/route";
import { countText } from "../state/texts";
import type { UsageView } from "../state/usage-view";
import { FilterBar } from "./filter-bar";
import { Pager, pageOf } from "./pager";
import { mayChange } from "./rights";
import { SortHeader, type SortKeys, sorted } from "./sorting";
import { Status } from "./status";
import { TimeLeft } from "./time-left";
import { CpuUse, MemoryUse } from "./use-of";

const sortKeys: SortKeys<Instance> = {
  id: ({ id }) => id,
  name: ({ name }) => name,
  status: ({ status }) => status,
  address: ({ ipAddress }) => ipAddress,
  member: ({ member }) => member ?? "",
  owner: ({ account }) => account ?? "",
  left: ({ expiresAt }) => (expiresAt === undefined ? Number.MAX_SAFE_INTEGER : Date.parse(expiresAt)),
};

interface ViewProperties {
  readonly session: Session;
  readonly cloud: CloudView;
}

/** The list of instances. */
export function InstancesView({ session, cloud }: ViewProperties) {
  const { instances, types, clockDifferenceMs, info } = useValue(cloud.snapshot);
  const { query } = useValue(route);
  useEffect(() => {
    document.title = "Instances - MiniCloud";
  }, []);
  const all = useMemo(() => [...instances.values()], [instances]);
  const chosen = useMemo(() => {
    const filters = filtersOf(query);
    const inFleet = all.filter((one) => !query["fleet"] || one.fleet?.name === query["fleet"]);
    return sorted(
      inFleet.filter((one) => passes(one, filters)),
      sortKeys,
      query["sort"] || "id",
    );
  }, [all, query]);
  const { rows, page, pages } = pageOf(chosen, query["page"]);
  const hasMembers = (info?.members?.length ?? 0) > 0;
  return (
    <>
      <h1 tabIndex={-1}>Instances</h1>
      <FilterBar all={all} query={query} />
      <p class="count" role="status">
        {info === undefined ? "Loading…" : countText(chosen.length, all.length, "instance")}
        {query["fleet"] ? ` Only those of the fleet ${query["fleet"]}.` : ""}
      </p>
      {rows.length > 0 && (
        <table role="table" class="list">
          <caption class="unseen">Instances, with their status, use and limits</caption>
          <thead role="rowgroup">
            <tr role="row">
              <SortHeader name="name" text="Name" sort={query["sort"]} />
              <SortHeader name="status" text="Status" sort={query["sort"]} />
              <SortHeader name="address" text="Address" sort={query["sort"]} />
              {hasMembers && <SortHeader name="member" text="Member" sort={query["sort"]} />}
              <SortHeader name="owner" text="Owner" sort={query["sort"]} />
              <SortHeader name="left" text="TTL left" sort={query["sort"]} />
              <th scope="col" role="columnheader">
                Memory
              </th>
              <th scope="col" role="columnheader">
                CPU
              </th>
              <th scope="col" role="columnheader">
                Actions
              </th>
            </tr>
          </thead>
          <tbody role="rowgroup">
            {rows.map((one) => (
              <InstanceRow
                key={one.uid}
                instance={one}
                type={types.get(one.type)}
                usage={cloud.usage}
                hasMembers={hasMembers}
                clockDifferenceMs={clockDifferenceMs}
                canChange={mayChange(session, one)}
              />
            ))}
          </tbody>
        </table>
      )}
      <Pager page={page} pages={pages} />
    </>
  );
}

interface RowProperties {
  readonly instance: Instance;
  readonly type: InstanceType | undefined;
  readonly usage: UsageView;
  readonly hasMembers: boolean;
  readonly clockDifferenceMs: number;
  readonly canChange: boolean;
}

/** The same element is returned while nothing changed, so that Preact compares nothing below it. */
function InstanceRow({ instance, type, usage, hasMembers, clockDifferenceMs, canChange }: RowProperties) {
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
