import pLimit from "p-limit";
import type { Driver, TakesOver } from "../driver/driver";

/** The driver as the cloud uses it: with the engine's limits applied, so that no caller can forget them. */
export interface LimitedDriver extends Driver {
  /**
   * Runs several changes in one slot, such as the create and the start of a container. Otherwise the starts of many
   * containers would wait until all of them are created.
   *
   * @param work gets the driver without limits. It must not wait for another slot.
   */
  inOneSlot<T>(work: (driver: Driver) => Promise<T>): Promise<T>;

  /** Works as `inOneSlot` does, but begins only while no other change runs or waits, and few of these run at a time. */
  inSpareSlot<T>(work: (driver: Driver) => Promise<T>): Promise<T>;
}

/** Stops and commands wait for a guest, and each is a process of the host. Few at a time would hold up many. */
const mostWaitingForGuests = 1024;

/**
 * Limits how many commands of one engine run at a time:
 *
 * - changes of containers: `capabilities.changesAtOnce`, and for destroys `capabilities.destroysAtOnce`;
 * - stops with grace, stops by force, and commands in guests: 1,024 of each. They have limits of their own, so that a
 *   guest that does not answer holds up no change of another instance.
 *
 * Questions to the engine are not limited.
 */
export function limitDriver(driver: Driver): LimitedDriver {
  const { change, destroy, spare } = limitChanges(driver.capabilities);
  const stop = pLimit(mostWaitingForGuests);
  const force = pLimit(mostWaitingForGuests);
  const guest = pLimit(mostWaitingForGuests);
  const { takesOver } = driver;
  return {
    get capabilities() {
      return driver.capabilities;
    },
    ...(takesOver === undefined ? {} : { takesOver: limitTakeOver(takesOver, change) }),
    inOneSlot: (work) => change(() => work(driver)),
    inSpareSlot: (work) => spare(() => work(driver)),
    // It waits for no program, or only for one that changes the network.
    ...(driver.claims && { claims: driver.claims }),
    ...(driver.setHosts && { setHosts: driver.setHosts.bind(driver) }),
    ...(driver.addHosts && { addHosts: driver.addHosts.bind(driver) }),
    preflight: (needs) => driver.preflight(needs),
    open: () => driver.open(),
    close: () => driver.close(),
    purge: () => driver.purge(),
    images: () => driver.images(),
    importImage: (name, path, limits) => driver.importImage(name, path, limits),
    removeImage: (name) => driver.removeImage(name),
    types: () => driver.types(),
    ...(driver.members && { members: driver.members.bind(driver) }),
    ...(driver.simulateMember && { simulateMember: driver.simulateMember.bind(driver) }),
    list: () => driver.list(),
    remains: (id) => driver.remains(id),
    foreign: () => driver.foreign(),
    create: (spec) => change(() => driver.create(spec)),
    start: (id, nameservers) => change(() => driver.start(id, nameservers)),
    stop: (id, graceMs) => (graceMs === 0 ? force : stop)(() => driver.stop(id, graceMs)),
    destroy: (id) => destroy(() => driver.destroy(id)),
    rename: (id, name) => change(() => driver.rename(id, name)),
    exec: (id, request) => guest(() => driver.exec(id, request)),
    writeFiles: (id, files) => change(() => driver.writeFiles(id, files)),
    readFile: (id, path, maxBytes) => change(() => driver.readFile(id, path, maxBytes)),
    resize: (id, type) => change(() => driver.resize(id, type)),
    ...(driver.closePort && { closePort: driver.closePort.bind(driver) }),
    networkHealth: () => driver.networkHealth?.(),
    memoryKills: (id) => driver.memoryKills(id),
    usage: (ids) => driver.usage(ids),
    watch: (onDown, onOutOfMemory) => driver.watch(onDown, onOutOfMemory),
  };
}

type Limit = <T>(work: () => Promise<T>) => Promise<T>;

/** Work of low priority takes a quarter of the slots, so that a change that comes in the meantime is not slowed by much. */
function limitChanges({
  changesAtOnce,
  destroysAtOnce,
}: Driver["capabilities"]): Readonly<Record<"change" | "destroy" | "spare", Limit>> {
  const slots = pLimit(changesAtOnce);
  const destroySlots = destroysAtOnce === undefined ? slots : pLimit(destroysAtOnce);
  const spareSlots = pLimit(Math.max(1, Math.floor(changesAtOnce / 4)));
  let changes = 0;
  const waiting: (() => void)[] = [];
  const counted =
    (limit: Limit): Limit =>
    async (work) => {
      changes += 1;
      try {
        return await limit(work);
      } finally {
        changes -= 1;
        if (changes === 0) {
          waiting.splice(0).forEach((goOn) => goOn());
        }
      }
    };
  return {
    change: counted(slots),
    destroy: counted(destroySlots),
    spare: (work) =>
      spareSlots(async () => {
        while (changes > 0) {
          await new Promise<void>((resolve) => waiting.push(resolve));
        }
        return await slots(work);
      }),
  };
}

function limitTakeOver(takesOver: TakesOver, change: Limit): TakesOver {
  return {
    find: (engineId) => takesOver.find(engineId),
    take: (engineId, as) => change(() => takesOver.take(engineId, as)),
    giveBack: (id, before) => change(() => takesOver.giveBack(id, before)),
  };
}
