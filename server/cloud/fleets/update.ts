import type { ParsedParameters } from "../../../protocol/methods/method-table";
import { accountOf } from "../access/account";
import type { Caller } from "../access/caller";
import type { FleetApplication } from "./apply";
import type { FleetContext } from "./context";
import type { Fleet } from "./fleet";
import { memberNames } from "./members";
import { isAsWanted } from "./plan";
import type { FleetSpec } from "./record";
import { refuseImpossible, refuseLeaving } from "./refusals";

/**
 * Changes the count or the TTL of a fleet. With a count, also the present one, members that are missing or stopped are
 * created again. Resolves once the intent is recorded. Waits first for a change of the members that is under way.
 *
 * @throws MccError `not-found`; `conflict` for a fleet that is being destroyed; the errors of `FleetApplication.begin`.
 */
export async function updateFleet(
  { fleets, instances, lifetimes, quotas, driver }: FleetContext,
  application: Pick<FleetApplication, "begin">,
  caller: Caller,
  { count: asked, ttlSeconds, ...target }: ParsedParameters<"fleet.update">,
): Promise<Fleet> {
  const { uid } = fleets.get(caller, target).record;
  const grant = (seconds: number) => (seconds === 0 ? undefined : lifetimes.reaper.grant({ seconds }));
  for (;;) {
    const before = fleets.get(caller, { ...target, uid });
    if (asked !== undefined && lacksMembers(before, asked)) {
      await instances.admission.check(caller, before.record.spec);
    }
    await instances.catalog.refresh(driver);
    // Nothing waits from here to the change, so that of two requests only one passes, and none after `close`.
    instances.admission.refuseClosed(caller);
    const fleet = fleets.get(caller, { ...target, uid });
    refuseLeaving(fleet, "changed");
    const { spec, ttl, lease } = fleet.record;
    if (ttlSeconds !== undefined) {
      quotas.requireTtl(accountOf(fleet.record), ttlSeconds);
    }
    const lives = { lease, ttl: ttlSeconds === undefined ? ttl : grant(ttlSeconds) };
    const isSame = asked === spec.count && (fleet.change !== undefined || !lacksMembers(fleet, asked));
    if (asked === undefined || isSame) {
      await fleet.save(lives);
      return fleet;
    }
    if (fleet.change === undefined) {
      instances.catalog.refuseNamesOfOthers(caller, memberNames(fleet.name, asked));
      await application.begin(fleet, resized(spec, asked), lives);
      return fleet;
    }
    await fleet.outcome.catch(() => undefined);
  }
}

function lacksMembers({ members, record }: Fleet, count: number): boolean {
  const spec = { ...record.spec, count };
  return members.filter((member) => isAsWanted(spec, member)).length < count;
}

/** @throws MccError `invalid` for more members than the fleet was given addresses. */
function resized(spec: FleetSpec, count: number): FleetSpec {
  const changed = { ...spec, count, addresses: spec.addresses?.slice(0, count) };
  refuseImpossible(changed);
  return changed;
}
