import type { Vz } from "./commands/vz";
import type { Variables } from "./configuration/file";
import { imageOf } from "./containers/list";
import { type HostConfiguration, localOwnerIn } from "./host";
import type { RootFiles } from "./root-work/root-files";

/** The program that configures addresses in images for which vzctl has scripts. The scripts only write files for it. */
const ifup = ["/sbin/ifup", "/usr/sbin/ifup"] as const;
/** The program of Red Hat's distributions that reads what vzctl's default scripts write. */
const ifupOfRedHat = ["/etc/sysconfig/network-scripts/ifup-aliases"] as const;

/**
 * Returns whether vzctl runs a container in a user namespace. Then its scripts cannot enter the container at the start:
 * the host name, the hosts file, the name servers and the address stay as the image has them, and a distribution with a
 * script for the start (PRE_START) fails with 79.
 *
 * @param variables those of the container's configuration.
 */
export async function hasUserNamespace(vz: Vz, variables: Variables): Promise<boolean> {
  if (!(await vz.generation()).otherKernels || (await vz.isOpenvzKernel())) {
    return false;
  }
  const uid = localOwnerIn(variables).uid ?? (await vz.host()).localOwner.uid ?? 0;
  return uid !== 0;
}

/**
 * Returns the options of `vzctl set` for a container in a user namespace, with which vzctl runs no script of its image's
 * distribution at the start. With the dot before its name, which OpenVZ 7 has for its templates, the image fits no
 * distribution, and vzctl uses its default scripts.
 */
export async function templateOptions(host: HostConfiguration, image: string): Promise<string[]> {
  const scripts = await distributionOf(host, image);
  return (scripts?.get("PRE_START") ?? "") === "" ? [] : ["--ostemplate", `.${imageOf(image)}`];
}

/**
 * Returns whether the image itself configures its addresses: it has ifup, and vzctl's scripts write the files for it.
 * OpenVZ 7 knows the distribution of each of its templates.
 */
export async function configuresAddresses(vz: Vz, root: RootFiles, variables: Variables): Promise<boolean> {
  const host = await vz.host();
  if (!(await root.hasAny(ifup))) {
    return false;
  }
  if (!(await vz.generation()).otherKernels) {
    return true;
  }
  const isKnown = (await distributionOf(host, variables.get("OSTEMPLATE") ?? "")) !== undefined;
  return isKnown || (await root.hasAny(ifupOfRedHat));
}

/** Returns the scripts of an image's distribution, which vzctl finds by the beginning of the image's name. */
async function distributionOf(host: HostConfiguration, image: string): Promise<Variables | undefined> {
  const parts = image.split("-");
  for (let count = parts.length; count > 0; count -= 1) {
    const found = await host.distributionVariables(parts.slice(0, count).join("-"));
    if (found !== undefined) {
      return found;
    }
  }
  return undefined;
}
