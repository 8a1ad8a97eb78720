import { startDaemon, stopDaemon } from "./daemon";
import { installPackages } from "./debian-packages";
import { checkEngine } from "./engine";
import { importImage } from "./image";
import { makeKey } from "./key";
import { checkLogins } from "./logins";
import { checkMachine } from "./machine";
import { preparePulumi } from "./pulumi";
import { purge } from "./purge";
import { destroyStack, updateStack } from "./stack";
import { prepareStarter } from "./starter";
import type { Step } from "./step";

/** The drivers that create hosts. */
const real = ["lxc", "incus"] as const;

export const prepareSteps: readonly Step[] = [
  { title: "This machine", drivers: ["lxc"], run: checkMachine },
  { title: "Engine", drivers: ["incus"], run: checkEngine },
  { title: "Packages", drivers: real, run: installPackages },
  { title: "Starter", drivers: ["lxc"], run: prepareStarter },
  { title: "Pulumi CLI", run: preparePulumi },
];

export const upSteps: readonly Step[] = [
  { title: "Daemon", run: startDaemon },
  { title: "Image", drivers: real, run: importImage },
  { title: "SSH key", run: makeKey },
  { title: "Hosts", run: updateStack },
  { title: "Logins", drivers: real, run: checkLogins },
];

export const destroySteps: readonly Step[] = [
  { title: "Hosts", run: destroyStack },
  { title: "Daemon", run: stopDaemon },
  { title: "Leftovers", run: purge },
];
