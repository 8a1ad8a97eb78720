import type * as OpenvzSetUp from "./openvz/set-up";
import { type Manner, removeUser, setUpUser } from "./set-up";
import { findUser, type SetupRequest } from "./settings";

interface Setup {
  readonly driver: string;
  readonly setUp: (request: SetupRequest, manner: Manner) => Promise<void>;
  /** @returns false for a user that was not set up. */
  readonly remove: (name: string, manner: Manner) => Promise<boolean>;
}

/** Its sources are parts of the driver, which no other start needs. */
const openvz = async (): Promise<typeof OpenvzSetUp> => await import("./openvz/set-up.js");

/** The drivers that an ordinary user can run after a setup by root. The first is the default. */
const setups: readonly [Setup, ...Setup[]] = [
  { driver: "lxc", setUp: setUpUser, remove: removeUser },
  {
    driver: "openvz",
    setUp: async ({ name }, manner) => await (await openvz()).setUpOpenvzUser(name, manner),
    remove: async (name, manner) => await (await openvz()).removeOpenvzUser(name, manner),
  },
];

/** Lets a user run the daemon with a driver. @throws the errors of the driver's setup. */
export async function setUp(driver: string, request: SetupRequest, manner: Manner): Promise<void> {
  const setup = setups.find((each) => each.driver === driver) ?? setups[0];
  await setup.setUp(request, manner);
}

/**
 * Removes the setup of a user for a driver; with `auto`, all of them. A user that was not set up is a success.
 *
 * @throws the errors of the driver's setup; `not-found` for a user that the host does not have.
 */
export async function removeSetups(driver: string, name: string, manner: Manner): Promise<void> {
  let isRemoved = false;
  for (const setup of setups.filter((each) => driver === "auto" || each.driver === driver)) {
    isRemoved = (await setup.remove(name, manner)) || isRemoved;
  }
  if (!isRemoved) {
    await findUser(name);
    manner.say(`the user ${name} is not set up; nothing to remove`);
  }
}
