import { readdir } from "node:fs/promises";
import { unlessErrno } from "../../../../protocol/errno";
import { messageOf } from "../../../../protocol/error";
import { because } from "../../../support/because";
import { addressesOf, type HostConfiguration } from "../host";
import { imageOf, type ListedContainer } from "./list";

/**
 * Lists all containers of a host whose kernel is not OpenVZ's, where vzlist cannot work, from their configurations.
 *
 * @param running the ctids of the containers that run.
 * @throws MccError if not all configurations can be read, because a partial list proves nothing.
 */
export async function configuredContainers(
  host: HostConfiguration,
  running: ReadonlySet<string>,
): Promise<ListedContainer[]> {
  try {
    const files = (await unlessErrno(readdir(host.containerFolder), "ENOENT")) ?? [];
    const ctids = files.flatMap((file) => /^([1-9]\d*)\.conf$/.exec(file)?.[1] ?? []);
    const rows = await Promise.all(ctids.map((ctid) => configured(host, ctid, running)));
    return rows.flat().sort((one, other) => Number(one.ctid) - Number(other.ctid));
  } catch (error) {
    const message = `The containers could not be listed: ${messageOf(error)}. What to do: make ${host.containerFolder} readable.`;
    throw because(error, message, "engine");
  }
}

/** Returns an empty list for a container that has been removed in the meantime. */
async function configured(
  host: HostConfiguration,
  ctid: string,
  running: ReadonlySet<string>,
): Promise<ListedContainer[]> {
  const variables = await host.containerVariables(ctid);
  if (variables === undefined) {
    return [];
  }
  const template = variables.get("OSTEMPLATE");
  return [
    {
      ctid,
      status: running.has(ctid) ? "running" : "stopped",
      ipAddresses: addressesOf(variables),
      hostname: variables.get("HOSTNAME"),
      name: variables.get("NAME"),
      image: template && imageOf(template),
      description: variables.get("DESCRIPTION"),
    },
  ];
}
