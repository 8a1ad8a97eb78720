import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { FakeHost } from "../host/fake-host";
import { Death, Exit } from "../launcher/endings";
import type { Command } from "./command";
import { messages } from "./messages";
import { takeName } from "./name";
import { unpack } from "./unpack";

/** The files that images are made from, and what is said where there is none. */
const images = {
  v4: {
    endings: [".tar", ".tar.gz", ".tar.bz2", ".tar.xz"],
    none: (image: string, base: string) =>
      new Exit(
        91,
        `vztmpl-dl ERROR: template ${image} not found!\nCached OS template ${base}.tar[.gz|.bz2|.xz] not found`,
      ),
  },
  v7: {
    endings: [".plain.ploopv2.tar.lz4", ".plain.ploop.tar.lz4"],
    none: (image: string) =>
      new Exit(48, `Unable to get appcache tarball name for basic with ostemplate ${image}`),
  },
} as const;

/**
 * `vzctl create`, in the order of vzctl 4's src/lib/create.c, so that a kill leaves at each point what it leaves there.
 */
export async function create({ host, container, options }: Command): Promise<void> {
  const given = new Map(options);
  const wanted = given.get("config") ?? "basic";
  try {
    if (!existsSync(host.sample(wanted))) {
      throw new Exit(
        82,
        `Sample config ${host.shown(host.sample(wanted))} not found: No such file or directory`,
      );
    }
    if (container.configured) {
      throw new Exit(
        82,
        `Error: container config file ${host.shown(container.configuration)} already exists, can not use --config option`,
      );
    }
    copyFileSync(host.sample(wanted), container.configuration);
    try {
      await host.reach("create:configured");
      await fill({ host, container, options });
    } catch (error) {
      if (error instanceof Exit) {
        rmSync(container.configuration, { force: true });
      }
      throw error;
    }
  } catch (error) {
    if (error instanceof Exit) {
      const { stderr } = error;
      throw new Exit(
        error.exitCode,
        `${stderr === undefined ? "" : `${stderr}\n`}Creation of container private area failed`,
      );
    }
    throw error;
  }
}

async function fill({ host, container, options }: Command): Promise<void> {
  const given = new Map(options);
  if (existsSync(container.privateArea) && readdirSync(container.privateArea).length > 0) {
    throw new Exit(44, `Private area already exists in ${host.shown(container.privateArea)}`);
  }
  requireLayout(host, given.get("layout"));
  await takeName(host, container.ctid, given.get("name"));
  await host.reach("create:named");
  // A failure up to here leaves the link of the name.
  await makePrivateArea({ host, container, options }, given.get("ostemplate") ?? "");
  try {
    await host.reach("create:unpacked");
    host.say("Performing postcreate actions");
    container.makeRootFolder();
    container.save({
      VE_ROOT: host.pattern("VE_ROOT"),
      VE_PRIVATE: host.pattern("VE_PRIVATE"),
      OSTEMPLATE: `${host.behaviour.generation === "v7" ? "." : ""}${given.get("ostemplate") ?? ""}`,
      ORIGIN_SAMPLE: given.get("config"),
      IP_ADDRESS: given.get("ipadd"),
      HOSTNAME: given.get("hostname"),
      NAME: given.get("name"),
      DESCRIPTION: given.get("description"),
      // So that a LOCAL_UID that comes later does not keep it from starting.
      ...(host.localOwner?.uid === 0 ? { LOCAL_UID: "0", LOCAL_GID: "0" } : {}),
    });
    const path = host.shown(container.configuration);
    host.say(messages[host.behaviour.generation].saved(container.ctid, path));
    await host.reach("create:saved");
  } catch (error) {
    if (error instanceof Exit) {
      host.unlinkNames(container.ctid);
      rmSync(container.root, { recursive: true, force: true });
      rmSync(container.privateArea, { recursive: true, force: true });
    }
    throw error;
  }
  host.say("Container private area was created");
}

/** Refuses disk images that the kernel does not support, as vzctl 4 without support for ploop does. */
function requireLayout(host: FakeHost, given: string | undefined): void {
  const isPloop = (given ?? host.layout ?? "ploop").startsWith("ploop");
  if (host.behaviour.generation === "v4" && isPloop && !existsSync(join(host.root, "proc/vz/ploop_minor"))) {
    throw new Exit(
      99,
      "Warning: ploop support is not compiled in\nAlternatively, if you can't or don't want to use ploop, please\nadd --layout simfs option, or set VE_LAYOUT=simfs in /etc/vz/vz.conf",
    );
  }
}

/** The names that the generations use for a private area and next to it while they fill it. */
const places: Readonly<Record<"v4" | "v7", (area: string) => { made: string[]; temporary: string }>> = {
  v4: (area) => ({ made: [area], temporary: `${area}.tmp` }),
  v7: (area) => ({ made: [`${area}.lck`], temporary: `${area}.private_temporary` }),
};

/** In v4 an archive of root files, in v7 the cache of a template. */
function requireArchive(host: FakeHost, image: string): string {
  const base = join(host.imageFolder, image);
  const { endings, none } = images[host.behaviour.generation];
  const archive = endings.map((ending) => `${base}${ending}`).find((path) => existsSync(path));
  if (archive === undefined) {
    throw none(image, host.shown(base));
  }
  return archive;
}

/** Next to the private area. */
async function makePrivateArea({ host, container }: Command, image: string): Promise<void> {
  const archive = requireArchive(host, image);
  const { made, temporary } = places[host.behaviour.generation](container.privateArea);
  [...made, temporary].forEach((path) => mkdirSync(path, { recursive: true }));
  const clear = (): void => made.forEach((path) => rmSync(path, { recursive: true, force: true }));
  host.say(`Creating container private area (${image})`);
  try {
    await host.reach("create:unpacking");
    await unpack(host, archive, temporary);
    clear();
    renameSync(temporary, container.privateArea);
  } catch (error) {
    if (!(error instanceof Death)) {
      clear();
      rmSync(temporary, { recursive: true, force: true });
    }
    throw error;
  }
}
