import { homedir } from "node:os";
import { join } from "node:path";
import type { DriverName } from "./options";

/** The folder of package.json and Pulumi.yaml, relative to the compiled files. */
export const checkout = join(__dirname, "..", "..");

/** Not in the checkout, because containers must reach their root file systems, and home folders are often closed. */
const stateFolders: Readonly<Record<DriverName, string>> = {
  lxc: "/var/lib/minicloud",
  incus: join(homedir(), ".local", "state", "minicloud-quickstart-incus"),
  simulated: join(homedir(), ".local", "state", "minicloud-quickstart"),
};

/** The paths of the quickstart's files. They are in the daemon's state folder and removed with it. */
export interface Place {
  readonly stateFolder: string;
  /** Has mode 0700. */
  readonly folder: string;
  readonly privateKey: string;
  readonly publicKey: string;
  readonly knownHosts: string;
  readonly sshConfiguration: string;
  /** Pulumi's file backend. */
  readonly backend: string;
  readonly passphrase: string;
  readonly stackConfiguration: string;
  /** A file for `. FILE` in a shell, with which the pulumi commands find the stack. */
  readonly environment: string;
}

export const stackName = "quickstart";

export function placeOf(driver: DriverName): Place {
  const stateFolder = stateFolders[driver];
  const folder = join(stateFolder, "quickstart");
  return {
    stateFolder,
    folder,
    privateKey: join(folder, "id_ed25519"),
    publicKey: join(folder, "id_ed25519.pub"),
    knownHosts: join(folder, "known_hosts"),
    sshConfiguration: join(folder, "ssh_config"),
    backend: join(folder, "pulumi"),
    passphrase: join(folder, "passphrase"),
    stackConfiguration: join(folder, `Pulumi.${stackName}.yaml`),
    environment: join(folder, "environment"),
  };
}
