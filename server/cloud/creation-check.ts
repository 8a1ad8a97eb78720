import { MccError } from "../../protocol/error";
import type { ParsedParameters } from "../../protocol/methods/method-table";
import type { Problem } from "../../protocol/methods/problem";
import type { FleetCatalog } from "./fleets/catalog";
import { refuseImpossible } from "./fleets/refusals";
import type { Images } from "./images";
import type { InstanceContext } from "./instances/context";
import type { ManagedInstance } from "./instances/instance";

type Named = Pick<ParsedParameters<"instance.check">, "image" | "type" | "keys">;

/** Why an instance could not be made in the place of another one, which is destroyed first. */
export async function replacementProblems(
  context: InstanceContext,
  images: Images,
  replaced: ManagedInstance,
  asked: ParsedParameters<"instance.check">,
): Promise<Problem[]> {
  const named = await namedProblems(context, images, asked);
  return [...named, ...context.reservations.refusals([asked], [replaced.record])];
}

/** The same for a fleet. */
export async function fleetReplacementProblems(
  context: InstanceContext,
  fleets: FleetCatalog,
  images: Images,
  asked: ParsedParameters<"fleet.check">,
): Promise<Problem[]> {
  const replaced = fleets.all().find(({ record }) => record.clientToken === asked.clientToken);
  if (replaced === undefined) {
    return [];
  }
  const problems = await namedProblems(context, images, asked);
  const { name, count, addresses } = asked;
  problems.push(...(await problemOf("addresses", () => refuseImpossible({ count, addresses }))));
  const other = fleets.find({ fleet: name });
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
  ];
}

async function namedProblems(
  { types, keys, driver, reservations }: Pick<InstanceContext, "types" | "keys" | "driver" | "reservations">,
  images: Images,
  asked: Named,
): Promise<Problem[]> {
  const problems = [
    ...(await problemOf("image", () => images.requireUsable(asked.image))),
    ...(await problemOf("type", () => types.get(asked.type))),
    ...(await problemOf("keys", () => keys.publicKeys(asked.keys))),
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
