import type { ForeignContainer } from "../driver";
import type { ApiInstance } from "./api/types";
import type { Engine } from "./engine";
import { markOf } from "./instances/marks";

/** Returns the instances of the project that this daemon did not create. */
export async function listForeign({ instances, names }: Engine): Promise<ForeignContainer[]> {
  return (await instances.all())
    .filter(({ name }) => names.idOf(name) === undefined)
    .map((instance) => ({
      engineId: instance.name,
      status: instance.status.toLowerCase(),
      name: markOf(instance, "name") ?? instance.name,
      hostname: markOf(instance, "hostname"),
      image: markOf(instance, "image") ?? instance.config["image.description"],
      ipAddresses: addressesOf(instance),
    }));
}

/** Returns the addresses in the configuration. Those of DHCP are not in it. */
function addressesOf(instance: ApiInstance): string[] {
  const fixed = Object.values(instance.devices).flatMap((device) =>
    (device["ipv4.address"] ?? "").split(",").map((address) => address.trim()),
  );
  return [...new Set([...fixed, markOf(instance, "address") ?? ""])].filter((address) => address !== "");
}
