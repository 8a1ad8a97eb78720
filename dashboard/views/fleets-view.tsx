import { useEffect, useMemo } from "preact/hooks";
import type { FleetSummary } from "../../protocol/types/fleet";
import type { Session } from "../connection/requests";
import { useDialogs } from "../dialogs/dialogs";
import type { CloudView } from "../state/cloud-view";
import { filtersOf, passes, stackOf } from "../state/filters";
import { useValue } from "../state/observable";
import { hrefOf, route } from "../state/route";
import { countText } from "../state/texts";
import { FilterBar } from "./filter-bar";
import { Pager, pageOf } from "./pager";
import { mayChange } from "./rights";
import { SortHeader, type SortKeys, sorted } from "./sorting";
import { Status } from "./status";
import { TimeLeft } from "./time-left";

const sortKeys: SortKeys<FleetSummary> = {
  name: ({ name }) => name,
  status: ({ status }) => status,
  members: ({ counts }) => counts.wanted,
  owner: ({ account }) => account ?? "",
  left: ({ expiresAt }) => (expiresAt === undefined ? Number.MAX_SAFE_INTEGER : Date.parse(expiresAt)),
};

interface ViewProperties {
  readonly session: Session;
  readonly cloud: CloudView;
}

/** The list of fleets. */
export function FleetsView({ session, cloud }: ViewProperties) {
  const { fleets, clockDifferenceMs, info } = useValue(cloud.snapshot);
  const { query } = useValue(route);
  useEffect(() => {
    document.title = "Fleets - MiniCloud";
  }, []);
  const all = useMemo(() => [...fleets.values()], [fleets]);
  const chosen = useMemo(() => {
    const filters = filtersOf(query);
    return sorted(
      all.filter((one) => passes(one, filters)),
      sortKeys,
      query["sort"] || "name",
    );
  }, [all, query]);
  const { rows, page, pages } = pageOf(chosen, query["page"]);
  return (
    <>
      <h1 tabIndex={-1}>Fleets</h1>
      <FilterBar all={all} query={query} />
      <p class="count" role="status">
        {info === undefined ? "Loading…" : countText(chosen.length, all.length, "fleet")}
      </p>
      {rows.length > 0 && (
        <table role="table" class="list">
          <caption class="unseen">Fleets, with their status and members</caption>
          <thead role="rowgroup">
            <tr role="row">
              <SortHeader name="name" text="Name" sort={query["sort"] || "name"} />
              <SortHeader name="status" text="Status" sort={query["sort"]} />
              <SortHeader name="members" text="Ready members" sort={query["sort"]} />
              <SortHeader name="owner" text="Owner" sort={query["sort"]} />
              <SortHeader name="left" text="TTL left" sort={query["sort"]} />
              <th scope="col" role="columnheader">
                Actions
              </th>
            </tr>
          </thead>
          <tbody role="rowgroup">
            {rows.map((one) => (
              <FleetRow
                key={one.uid}
                fleet={one}
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
  readonly fleet: FleetSummary;
  readonly clockDifferenceMs: number;
  readonly canChange: boolean;
}

function FleetRow({ fleet, clockDifferenceMs, canChange }: RowProperties) {
  const dialogs = useDialogs();
  return useMemo(() => {
    const { name, status, counts, account, expiresAt } = fleet;
    const stack = stackOf(fleet);
    return (
      <tr role="row">
        <th scope="row" role="rowheader" data-label="Name">
          <a href={hrefOf("instances", { fleet: name })}>{name}</a>
        </th>
        <td role="cell" data-label="Status">
          <Status status={status} />
        </td>
        <td role="cell" data-label="Ready members">
          {counts.ready} of {counts.wanted}
          {counts.failed > 0 ? `, ${counts.failed} failed` : ""}
        </td>
        <td role="cell" data-label="Owner">
          {account ?? "unknown"}
          {stack !== "" && <small> {stack}</small>}
        </td>
        <td role="cell" data-label="TTL left">
          <TimeLeft expiresAt={expiresAt} clockDifferenceMs={clockDifferenceMs} />
        </td>
        <td role="cell" data-label="Actions" class="actions">
          {canChange && (
            <>
              <button
                type="button"
                aria-label={`Extend the fleet ${name}`}
                onClick={() => dialogs.extend({ kind: "fleet", one: fleet })}
              >
                Extend
              </button>{" "}
              <button
                type="button"
                class="danger"
                aria-label={`Destroy the fleet ${name}`}
                onClick={() => dialogs.destroy({ kind: "fleet", one: fleet })}
              >
                Destroy
              </button>
            </>
          )}
        </td>
      </tr>
    );
  }, [fleet, clockDifferenceMs, canChange, dialogs]);
}
