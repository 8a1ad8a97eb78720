import { useEffect, useMemo } from "preact/hooks";
import type { Instance } from "../../protocol/types/instance";
import type { Session } from "../connection/requests";
import type { CloudView } from "../state/cloud-view";
import { filtersOf, passes } from "../state/filters";
import { useValue } from "../state/observable";
import { route } from "../state/route";
import { countText } from "../state/texts";
import { FilterBar } from "./filter-bar";
import { InstanceRow } from "./instance-row";
import { Pager, pageOf } from "./pager";
import { mayChange } from "./rights";
import { SortHeader, type SortKeys, sorted } from "./sorting";

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
