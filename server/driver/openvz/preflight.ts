import { readdir } from "node:fs/promises";
import { unlessErrno } from "../../../protocol/errno";
import { MccError } from "../../../protocol/error";
import { isOnPath } from "../../support/program-path";
import type { Finding } from "../driver";
import { syntaxes } from "./configuration/syntax";
import { exists, type HostPlaces, readHostConfiguration } from "./host";

/** What the driver looks at before it works. */
export interface PreflightSubject {
  readonly places: HostPlaces;
  readonly isRoot: boolean;
  /** Asks vzctl what it is. @throws MccError `unavailable`. */
  readonly askVersion: () => Promise<unknown>;
  /** Asks vzlist for all containers. @throws MccError. */
  readonly askList: () => Promise<unknown>;
}

type Check = (subject: PreflightSubject) => Promise<Finding | undefined>;

const programs = [
  { program: "vzctl", purpose: "it makes and runs the containers" },
  { program: "vzlist", purpose: "it tells which containers there are" },
] as const;

const programChecks: readonly Check[] = programs.map(
  ({ program, purpose }) =>
    () =>
      finding(!isOnPath(program), {
        lacking: `${program} is not installed, or not on the daemon's PATH; ${purpose}`,
        remedy: "install OpenVZ's tools (the package vzctl), and start mccserver with them on its PATH",
      }),
);

const checks: readonly Check[] = [
  ({ isRoot }) =>
    finding(!isRoot, { lacking: "vzctl works for root only", remedy: "start mccserver as root" }),
  ...programChecks,
  async ({ askVersion, askList }) => {
    if (programs.some(({ program }) => !isOnPath(program))) {
      return undefined;
    }
    return (
      (await findingOf(askVersion, "install vzctl 4, or OpenVZ 7 or later")) ??
      (await findingOf(askList, "run vzlist -a by hand, and mend what it says"))
    );
  },
  async ({ places }) =>
    finding(!(await exists(places.procVz)) && !(await exists(places.userNamespace)), {
      lacking: `the kernel can run no containers: it has neither ${places.procVz} nor ${places.userNamespace}`,
      remedy: "boot an OpenVZ kernel, or one with user namespaces",
    }),
  async ({ places }) =>
    finding((await exists(places.procVz)) && !(await exists(places.venet)), {
      lacking: "there is no network device venet0, through which containers are reached",
      remedy: "load it with the OpenVZ service: service vz start",
    }),
  // Without an OpenVZ kernel, vzctl's scripts make venet0, as a bridge, when they start the first container; a start
  // fails (34) where they can not, as the route to its address leads there.
  async ({ places }) =>
    finding(
      !(await exists(places.procVz)) &&
        !(await exists(places.venet)) &&
        !isOnPath("brctl", places.scriptFolders),
      {
        lacking:
          "there is neither the bridge venet0, through which containers are reached, nor brctl to make it",
        remedy: "apt-get install bridge-utils",
      },
    ),
  ({ places }) =>
    findingOf(
      () => readHostConfiguration(places, syntaxes.v4),
      "reinstall the package vzctl, which brings it",
    ),
  async ({ places }) => {
    if (!(await exists(places.configuration))) {
      return undefined;
    }
    const { imageFolder } = await readHostConfiguration(places, syntaxes.v4);
    return (await unlessErrno(readdir(imageFolder), "ENOENT", "ENOTDIR")) === undefined
      ? {
          lacking: `the folder of the images, ${imageFolder}, is not there`,
          remedy: `make it (mkdir -p ${imageFolder}), or set TEMPLATE in ${places.configuration}`,
        }
      : undefined;
  },
];

/** What this host lacks. */
export async function preflight(subject: PreflightSubject): Promise<Finding[]> {
  const findings = await Promise.all(checks.map((check) => check(subject)));
  return findings.filter((finding) => finding !== undefined);
}

function finding(isLacking: boolean, found: Finding): Promise<Finding | undefined> {
  return Promise.resolve(isLacking ? found : undefined);
}

async function findingOf(ask: () => Promise<unknown>, remedy: string): Promise<Finding | undefined> {
  try {
    await ask();
    return undefined;
  } catch (error) {
    if (MccError.isInstance(error)) {
      return { lacking: error.message.replace(/\.$/, ""), remedy };
    }
    throw error;
  }
}
