import { randomInt } from "node:crypto";
import { appendFile, chown, mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { checkout } from "../checkout";

/** The result of a command, with both streams together. */
export interface UserRun {
  readonly exitCode: number | undefined;
  readonly all: string;
}

/** A user of this mount namespace only, who can enter the checkout. */
export class OrdinaryUser {
  /** Unique on the host, because cgroups have no namespaces of their own here. */
  readonly name = `mct${randomInt(1e9)}`;
  readonly uid = randomInt(20_000, 60_000);
  readonly home = "/srv/home";
  readonly checkout = "/srv/minicloud";

  /**
   * Creates the user. Covers folders of the host that a setup changes, and /srv.
   *
   * @param folder an empty folder on which an overlay's layers can be.
   */
  async create(folder: string): Promise<void> {
    for (const each of ["upper", "work"]) {
      await mkdir(join(folder, each));
    }
    const layers = `lowerdir=/etc,upperdir=${join(folder, "upper")},workdir=${join(folder, "work")}`;
    await execa("mount", ["-t", "overlay", "-o", layers, "overlay", "/etc"]);
    await execa("mount", ["-t", "tmpfs", "-o", "mode=755", "tmpfs", "/srv"]);
    await mkdir(this.checkout);
    await execa("mount", ["--bind", checkout, this.checkout]);
    await mkdir(join(this.home, ".ssh"), { recursive: true });
    await appendFile("/etc/passwd", `${this.name}:x:${this.uid}:${this.uid}::${this.home}:/bin/sh\n`);
    await appendFile("/etc/group", `${this.name}:x:${this.uid}:\n`);
    await appendFile("/etc/shadow", `${this.name}:!:19000::::::\n`);
    for (const [name, main] of [
      ["mccserver", "server/main.js"],
      ["mcc", "programs/bin/mcc.js"],
    ] as const) {
      await mkdir("/srv/bin", { recursive: true });
      const script = `#!/bin/sh\nexec node ${this.checkout}/dist/${main} "$@"\n`;
      await writeFile(join("/srv/bin", name), script, { mode: 0o755 });
    }
    for (const each of [this.home, join(this.home, ".ssh")]) {
      await chown(each, this.uid, this.uid);
    }
  }

  /** Uncovers the host's folders. */
  async remove(): Promise<void> {
    for (const point of [this.checkout, "/srv", "/etc"]) {
      await execa("umount", ["--lazy", point], { reject: false });
    }
  }

  get environment(): Record<string, string> {
    const path = ["/srv/bin", dirname(process.execPath), "/usr/sbin", "/usr/bin", "/sbin", "/bin"];
    return { HOME: this.home, PATH: path.join(":"), LC_ALL: "C" };
  }

  /** Runs a shell script as the user. */
  async run(script: string): Promise<UserRun> {
    return await shell(script, { uid: this.uid, gid: this.uid, env: this.environment });
  }

  /** Runs a shell script as root, with the user's PATH. */
  async runAsRoot(script: string): Promise<UserRun> {
    return await shell(script, { uid: 0, gid: 0, env: this.environment });
  }
}

async function shell(
  script: string,
  how: { readonly uid: number; readonly gid: number; readonly env: Record<string, string> },
): Promise<UserRun> {
  const { exitCode, all, timedOut } = await execa("bash", ["-euo", "pipefail", "-c", script], {
    ...how,
    cwd: "/srv/home",
    extendEnv: false,
    reject: false,
    all: true,
    stdin: "ignore",
    timeout: 60_000,
  });
  return { exitCode, all: timedOut ? `it did not end: ${all}` : all };
}
