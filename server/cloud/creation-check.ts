import { MccError } from "../../protocol/error";
import type { ParsedParameters } from "../../protocol/methods/method-table";
import type { Problem } from "../../protocol/methods/problem";
import { accountOf } from "./access/account";
import type { Caller } from "./access/caller";
import type { Growth } from "./access/quotas/quotas";
import { isOf } from "./access/rights";
import type { FleetCatalog } from "./fleets/catalog";
import { refuseImpossible } from "./fleets/refusals";
import type { InstanceContext } from "./instances/context";
import type { Instance } from "./instances/instance";

type Named = Pick<ParsedParameters<"instance.check">, "image" | "type" | "keys" | "member" | "group">;

/** Returns the reasons why an instance could not replace another one that is destroyed first. */
export async function replacementProblems(
  context: InstanceContext,
  caller: Caller,
  replaced: Instance,
  asked: ParsedParameters<"instance.check">,
): Promise<Problem[]> {
  const named = await namedProblems(context, caller, asked);
  const { name } = replaced.record;
  const growth = { gone: [name], types: [asked.type], what: "this instance" };
  return [
    ...named,
    ...context.reservations.refusals([asked], [replaced.record]),
    ...quotaProblems(context, accountOf(replaced.record), growth, ""),
  ];
}

/** Returns the same for a fleet. */
export async function fleetReplacementProblems(
  context: InstanceContext,
  caller: Caller,
  fleets: FleetCatalog,
  asked: ParsedParameters<"fleet.check">,
): Promise<Problem[]> {
  const replaced = fleets
    .all()
    .find(({ record }) => record.clientToken === asked.clientToken && isOf(caller, record));
  if (replaced === undefined) {
    return [];
  }
  const problems = await namedProblems(context, caller, asked);
  const { name, count, addresses } = asked;
  problems.push(...(await problemOf("addresses", () => refuseImpossible({ count, addresses }))));
  const other = fleets.named(name);
  if (other !== undefined && other !== replaced) {
    const message = `There is a fleet "${name}" already; choose another name, or destroy that fleet first (mcc destroy-fleet ${name}).`;
    return [...problems, { parameter: "name", message }];
  }
  const wanted = Array.from({ length: count }, (_, position) => ({
    name: `${name}-${position + 1}`,
    ipAddress: addresses?.[position],
  }));
  const refusals = context.reservations.refusals(
    wanted,
    replaced.members.map(({ record }) => record),
  );
  return [
    ...problems,
    ...refusals.map(({ parameter, message }) => ({
      parameter: parameter === "ipAddress" ? "addresses" : parameter,
      message,
    })),
    ...quotaProblems(
      context,
      accountOf(replaced.record),
      {
        gone: replaced.members.map(({ record }) => record.name),
        types: Array.from({ length: count }, () => asked.type),
        what: "this fleet",
      },
      "count",
    ),
  ];
}

/** @param counted the parameter to blame for too many instances. */
function quotaProblems(
  { quotas }: Pick<InstanceContext, "quotas">,
  account: string,
  growth: Growth,
  counted: string,
): Problem[] {
  return quotas.refusals(account, growth).map(({ limit, error }) => ({
    parameter: limit === "instances" ? counted : "type",
    message: error.message,
  }));
}

async function namedProblems(
  { choices, driver, reservations }: Pick<InstanceContext, "choices" | "driver" | "reservations">,
  caller: Caller,
  asked: Named,
): Promise<Problem[]> {
  const problems = [
    ...(await problemOf("image", () => choices.images.requireUsable(caller, asked.image))),
    ...(await problemOf("type", () => choices.types.get(asked.type))),
    ...(await problemOf("keys", () => choices.keys.requireOpenTo(caller, asked.keys))),
    ...(await problemOf(asked.group === undefined ? "member" : "group", async () => {
      await choices.placements.require(asked);
      choices.placements.requireTaker(asked);
    })),
  ];
  reservations.setForeign(await driver.foreign());
  return problems;
}

async function problemOf(parameter: string, work: () => unknown): Promise<Problem[]> {
  try {
    await work();
    return [];
  } catch (error) {
    if (MccError.isInstance(error)) {
      return [{ parameter, message: error.message }];
    }
    throw error;
  }
}
