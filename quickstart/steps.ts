import { startDaemon, stopDaemon } from "./daemon";
import { installPackages } from "./debian-packages";
import { importImage } from "./image";
import { makeKey } from "./key";
import { checkLogins } from "./logins";
import { checkMachine } from "./machine";
import { preparePulumi } from "./pulumi";
import { purge } from "./purge";
import { destroyStack, updateStack } from "./stack";
import type { Step } from "./step";

export const prepareSteps: readonly Step[] = [
  { title: "This machine", driver: "lxc", run: checkMachine },
  { title: "Packages", driver: "lxc", run: installPackages },
  { title: "Pulumi CLI", run: preparePulumi },
];

export const upSteps: readonly Step[] = [
  { title: "Daemon", run: startDaemon },
  { title: "Image", driver: "lxc", run: importImage },
  { title: "SSH key", run: makeKey },
  { title: "Hosts", run: updateStack },
  { title: "Logins", driver: "lxc", run: checkLogins },
];

export const destroySteps: readonly Step[] = [
  { title: "Hosts", run: destroyStack },
  { title: "Daemon", run: stopDaemon },
  { title: "Leftovers", run: purge },
];
