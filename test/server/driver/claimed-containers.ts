import type { ContainerSpec, Driver } from "../../../server/driver/driver";

const known = new WeakMap<Driver, Driver>();

/**
 * Returns a driver whose containers are not created for their owners, but claimed: they start as one that nobody owns, and
 * become what was asked for while they run. For the contract, which must not notice it.
 */
export function withClaimedContainers(driver: Driver): Driver {
  const claiming = known.get(driver) ?? claimingDriver(driver);
  known.set(driver, claiming);
  return claiming;
}

function claimingDriver(driver: Driver): Driver {
  const { claims } = driver;
  if (claims === undefined) {
    throw new Error("the driver has no claims");
  }
  const wanted = new Map<number, ContainerSpec>();
  const changes: Pick<Driver, "create" | "start" | "destroy"> = {
    create: async (spec) => {
      const { id, uid, image, ipAddress, ipv6Address, nameservers, files } = spec;
      const name = `warm-${id}`;
      const type = { name: "first", memoryBytes: 256 * 1024 * 1024 };
      const made = await driver.create({
        ...{ id, uid, image, ipAddress, ipv6Address, nameservers, name, hostname: name, type },
        unclaimed: true,
        hosts: spec.hosts && (() => []),
        // The contract reads others before the first start.
        files: files.map((file) =>
          file.path.startsWith("/etc/") ? { ...file, content: Buffer.from("another\n") } : file,
        ),
      });
      wanted.set(id, spec);
      return made;
    },
    start: async (id, nameservers) => {
      await driver.start(id, nameservers);
      const spec = wanted.get(id);
      if (spec !== undefined) {
        wanted.delete(id);
        await claims.prepare(id);
        await claims.claim(id, spec);
      }
    },
    destroy: async (id) => {
      wanted.delete(id);
      await driver.destroy(id);
    },
  };
  return new Proxy(driver, {
    get: (target, property) => {
      const found: unknown = Reflect.get(property in changes ? changes : target, property);
      return typeof found === "function" ? (found.bind(target) as unknown) : found;
    },
  });
}
