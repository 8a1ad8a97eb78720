import { readdir, readFile, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { type Client, createInstance } from "../../client";
import { groupPrefix, parseHierarchies } from "../../server/driver/openvz/control-groups";
import { exists, hostPlaces } from "../../server/driver/openvz/host";
import { imageName } from "../../test/fakes/openvz/install";
import { type BenchDaemon, withBenchDaemon } from "../hosts/bench-daemon";
import { openvzHost } from "../hosts/openvz-host";
import { type Measurement, type Run, type Samples, seconds } from "../measurement";
import { destroyAll } from "./destroy-all";

/** The number of lists in a sample, because a single one is too short to measure. */
const lookCount = 10;
const type = "light";
/** Outside of the ids and addresses that the daemon assigns. */
const firstBareCtid = 90_001;
const bareAddress = (ctid: number): string => `198.18.1.${ctid - firstBareCtid + 1}`;

type Name = "create" | "list";

/**
 * The creation of instances through the daemon, compared with the necessary commands of OpenVZ. Also a list of
 * instances, compared with the one command that it needs.
 *
 * The aim: the driver runs no other commands (docs/openvz.md, "How many commands"), and the daemon adds at most a
 * tenth to their time. A list may take a quarter more.
 */
export const openvz: Measurement<Name> = {
  count: 12,
  figures: (count) => ({
    create: {
      title: `${count} instances over vzctl at once, compared with ${count} bare vzctl create, set, start and exec3`,
      aim: 1.1,
    },
    list: {
      title: `${lookCount} lists of ${count + 1} instances over vzctl, compared with as many bare vzlist, or with reads of the same files where vzlist cannot work`,
      aim: 1.25,
    },
  }),
  measure: (run) => withBenchDaemon(openvzHost, (daemon) => measure(daemon, run), run.signal),
};

async function measure(
  { client, environment }: BenchDaemon,
  { rounds, count }: Run,
): Promise<Record<Name, Samples>> {
  const bare = new BareCommands(environment, count);
  const creations: Times = { ours: [], peer: [] };
  const lists: Times = { ours: [], peer: [] };
  for (let round = 0; round < rounds; round += 1) {
    creations.peer.push(await seconds(() => bare.createAll()));
    await bare.destroyAll();
    creations.ours.push(await seconds(() => createAll(client, count)));
    await createAll(client, 1);
    lists.peer.push(await seconds(() => repeatedly(() => bare.list())));
    lists.ours.push(await seconds(() => repeatedly(() => client.call("instance.list", {}))));
    await destroyAll(client);
  }
  return { create: creations, list: lists };
}

interface Times {
  readonly ours: number[];
  readonly peer: number[];
}

async function createAll(client: Client, many: number): Promise<void> {
  const wanted = { image: imageName, type, waitFor: "running" } as const;
  await Promise.all(Array.from({ length: many }, () => createInstance(client, wanted)));
}

async function repeatedly(look: () => Promise<unknown>): Promise<void> {
  for (let done = 0; done < lookCount; done += 1) {
    await look();
  }
}

/** Runs the commands that an operator would type, with the highest possible parallelism. */
class BareCommands {
  readonly #ctids: readonly number[];
  /** The groups of containers are the same in all rounds. */
  #readAll: string | undefined;

  constructor(
    private readonly environment: Readonly<Record<string, string>>,
    count: number,
  ) {
    this.#ctids = Array.from({ length: count }, (_, index) => firstBareCtid + index);
  }

  async createAll(): Promise<void> {
    await Promise.all(
      this.#ctids.map(async (ctid) => {
        await this.#run("vzctl", "create", String(ctid), ...creationOptions(ctid));
        await this.#run("vzctl", "set", String(ctid), ...settings, "--save");
        await this.#run("vzctl", "start", String(ctid));
        // The image has no ifup, so this command configures the address.
        await this.#run("vzctl", "exec3", String(ctid), "sh", "-c", bringUp(bareAddress(ctid)));
      }),
    );
  }

  async destroyAll(): Promise<void> {
    await Promise.all(
      this.#ctids.map(async (ctid) => {
        await this.#run("vzctl", "stop", String(ctid), "--fast");
        await this.#run("vzctl", "destroy", String(ctid));
        // vzctl keeps the configuration.
        await rm(join(dirname(hostPlaces.configuration), "conf", `${ctid}.conf.destroyed`), { force: true });
      }),
    );
  }

  async list(): Promise<void> {
    if (!(await exists(hostPlaces.veinfo))) {
      this.#readAll ??= await readAllCommand();
      await this.#run("sh", "-c", this.#readAll);
      return;
    }
    await this.#run("vzlist", "-a", "-j", "-o", "ctid,status,ip,hostname,name,ostemplate,description");
  }

  async #run(program: string, ...words: readonly string[]): Promise<void> {
    await execa(program, words, { env: this.environment });
  }
}

const bringUp = (address: string): string =>
  `ip addr add ${address}/32 dev venet0; ip link set venet0 up; ip route add default dev venet0`;

/** Returns the command that reads the files which tell what exists and runs on a kernel that is not OpenVZ's. */
async function readAllCommand(): Promise<string> {
  const { old: hierarchies } = parseHierarchies(await readFile("/proc/mounts", "utf8"));
  const groups = await Promise.all(
    hierarchies.map(async (folder) =>
      (await readdir(folder)).some((entry) => entry.startsWith(groupPrefix))
        ? [`${folder}/${groupPrefix}*/cgroup.procs`]
        : [],
    ),
  );
  return ["cat /etc/vz/conf/[1-9]*.conf", ...groups.flat(), "> /dev/null"].join(" ");
}

const settings = ["--description", "bench", "--nameserver", "198.18.0.1"];

function creationOptions(ctid: number): string[] {
  return [
    ...["--ostemplate", imageName, "--config", type, "--layout", "simfs", "--ipadd", bareAddress(ctid)],
    ...["--hostname", `bare-${ctid}`, "--name", `bare-${ctid}`],
  ];
}
