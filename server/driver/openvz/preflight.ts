import { readdir } from "node:fs/promises";
import { unlessErrno } from "../../../protocol/errno";
import { MccError } from "../../../protocol/error";
import { isOnPath } from "../../support/program-path";
import type { Finding } from "../driver";
import { syntaxes } from "./configuration/syntax";
import { controlGroupFinding } from "./control-group-finding";
import { exists, type HostPlaces, readHostConfiguration } from "./host";
import type { EngineAccess } from "./root-work/engine-access";

/** The inputs of the checks. */
export interface PreflightSubject {
  readonly places: HostPlaces;
  readonly access: Pick<EngineAccess, "findings">;
  /** Runs vzctl to get its version. @throws MccError `unavailable`. */
  readonly askVersion: () => Promise<unknown>;
  /** Runs vzlist for all containers. @throws MccError. */
  readonly askList: () => Promise<unknown>;
}

type Check = (subject: PreflightSubject) => Promise<Finding | undefined>;

const programs = [
  { program: "vzctl", purpose: "it creates and runs the containers" },
  { program: "vzlist", purpose: "it lists the containers" },
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
  ...programChecks,
  async ({ places, askVersion, askList }) => {
    if (programs.some(({ program }) => !isOnPath(program))) {
      return undefined;
    }
    const lacksGroups = await controlGroupFinding(places);
    return (
      (await findingOf(askVersion, "install vzctl 4, or OpenVZ 7 or later")) ??
      // Without control groups, the list fails for the same reason.
      lacksGroups ??
      (await findingOf(askList, listRemedy))
    );
  },
  async ({ places }) =>
    finding(!(await exists(places.procVz)) && !(await exists(places.userNamespace)), {
      lacking: `the kernel cannot run containers: it has neither ${places.procVz} nor ${places.userNamespace}`,
      remedy: "boot an OpenVZ kernel, or one with user namespaces",
    }),
  async ({ places }) =>
    finding((await exists(places.procVz)) && !(await exists(places.venet)), {
      lacking: "the network device venet0 is missing; it connects the containers",
      remedy: "load it with the OpenVZ service: service vz start",
    }),
  // Without an OpenVZ kernel, vzctl's scripts create venet0 as a bridge when they start the first container. If they
  // cannot, a start fails (34), because the route to its address leads there.
  async ({ places }) =>
    finding(
      !(await exists(places.procVz)) &&
        !(await exists(places.venet)) &&
        !isOnPath("brctl", places.scriptFolders),
      {
        lacking: "the bridge venet0, which connects the containers, and brctl, which creates it, are missing",
        remedy: "apt-get install bridge-utils",
      },
    ),
  ({ places }) =>
    findingOf(
      () => readHostConfiguration(places, syntaxes.v4),
      "reinstall the package vzctl, which contains it",
    ),
  async ({ places }) => {
    if (!(await exists(places.configuration))) {
      return undefined;
    }
    const { imageFolder } = await readHostConfiguration(places, syntaxes.v4);
    return (await unlessErrno(readdir(imageFolder), "ENOENT", "ENOTDIR")) === undefined
      ? {
          lacking: `the folder of the images, ${imageFolder}, does not exist`,
          remedy: `create it (mkdir -p ${imageFolder}), or set TEMPLATE in ${places.configuration}`,
        }
      : undefined;
  },
];

/** Returns what this host lacks. */
export async function preflight(subject: PreflightSubject): Promise<Finding[]> {
  const forbidden = await subject.access.findings();
  // Without the right to run them, the programs would only report that again.
  const first = forbidden.length > 0 ? { ...subject, askVersion: nothing, askList: nothing } : subject;
  const findings = await Promise.all(checks.map((check) => check(first)));
  return [...forbidden, ...findings.filter((finding) => finding !== undefined)];
}

const nothing = (): Promise<void> => Promise.resolve();

function finding(isLacking: boolean, found: Finding): Promise<Finding | undefined> {
  return Promise.resolve(isLacking ? found : undefined);
}

/** Returns the remedy for a list that failed with a message of vzlist. */
function listRemedy(message: string): string {
  return /\/proc\/(vz\/veinfo|user_beancounters)/.test(message)
    ? "load OpenVZ's kernel modules with its service: service vz start"
    : "run vzlist -a, and fix what it reports";
}

/** @param remedy a function gets the message of the failure. */
async function findingOf(
  ask: () => Promise<unknown>,
  remedy: string | ((message: string) => string),
): Promise<Finding | undefined> {
  try {
    await ask();
    return undefined;
  } catch (error) {
    if (MccError.isInstance(error)) {
      const lacking = error.message.replace(/\.$/, "");
      return { lacking, remedy: typeof remedy === "string" ? remedy : remedy(lacking) };
    }
    throw error;
  }
}
