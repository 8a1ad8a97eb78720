import { join } from "node:path";
import type { z } from "zod";
import { MccError } from "../../../../protocol/error";
import type { DaemonRun } from "../commands/earlier-commands";
import { Vz } from "../commands/vz";
import { type HostPlaces, hostPlaces, ofContainer } from "../host";
import { DirectRootWork } from "../root-work/direct-root-work";
import type { RootFiles } from "../root-work/root-files";
import { limitsOf } from "./archive-words";
import { Claims } from "./claims";
import { Guard } from "./guard";
import { requireOpenForReading, standardInput } from "./standard-input";
import { killSudoCommand, startedBy } from "./sudo-processes";
import { type Verb, verbs } from "./verbs";

const vzctlTimeoutMs = 60_000;

/** For whom the root program works. */
export interface VerbGround {
  readonly uid: number;
  /** Root's folder for the user. */
  readonly folder: string;
  /** For tests. */
  readonly places?: HostPlaces;
}

type Subject = readonly string[];
type Handlers = {
  readonly [Name in Verb]: (
    subject: Subject,
    input: z.output<(typeof verbs)[Name]["input"]>,
  ) => Promise<z.input<(typeof verbs)[Name]["output"]>>;
};

/** Returns the function that does the work of a verb, after all checks. */
export function verbWork(
  ground: VerbGround,
): (verb: Verb, subject: Subject, input: unknown) => Promise<unknown> {
  const handlers = handlersFor(ground);
  return async (verb, subject, input) => {
    if (!new RegExp(`^(?:${verbs[verb].subject})$`).test(subject.join(" "))) {
      throw new MccError("invalid", `${verb} does not accept "${subject.join(" ")}".`);
    }
    const parsed = verbs[verb].input.safeParse(input);
    if (!parsed.success) {
      throw new MccError("invalid", `${verb} does not accept its input.`);
    }
    const handler = handlers[verb] as (subject: Subject, input: unknown) => Promise<unknown>;
    return await handler(subject, parsed.data);
  };
}

function handlersFor({ uid, folder, places = hostPlaces }: VerbGround): Handlers {
  const vz = new Vz(places, { timeoutMs: vzctlTimeoutMs, mark: () => ({}) });
  const work = new DirectRootWork(vz, join(folder, "imported-images"));
  const claims = new Claims(folder);
  const guard = new Guard(vz, claims);
  const earlierOf = (serverId: string, run: string): DaemonRun => ({
    serverId,
    run,
    folder,
    accepts: (environment) => startedBy(uid, environment),
  });

  const stoppedRoot = async (ctid: string): Promise<RootFiles> => {
    await guard.ownVariables(ctid);
    await guard.refuseRunning(ctid);
    return (await work.plainRoot(ctid)) ?? (await work.mountedRoot(ctid));
  };

  return {
    claim: async ([ctid = ""]) => {
      const isFree = await work.claim(ctid);
      if (isFree) {
        await claims.add(ctid);
      }
      return isFree;
    },
    release: async ([ctid = ""]) => await claims.remove(ctid),
    "is-plain": async ([ctid = ""]) => (await work.plainRoot(ctid)) !== undefined,
    "give-root": async ([ctid = ""]) => {
      await guard.ownVariables(ctid);
      await guard.refuseRunning(ctid);
      await work.giveRootFolder(ctid);
    },
    "write-root": async ([ctid = ""], files) => {
      const root = await stoppedRoot(ctid);
      await root.write(
        files.map(({ path, mode, content, folderMode }) => ({
          path,
          mode,
          content: Buffer.from(content, "base64"),
          ...(folderMode === undefined ? {} : { folderMode }),
        })),
      );
    },
    "read-root": async ([ctid = ""], { path, maxBytes }) =>
      (await (await stoppedRoot(ctid)).read(path, maxBytes))?.toString("base64") ?? null,
    "find-in-root": async ([ctid = ""], paths) => {
      await guard.ownVariables(ctid);
      const isPlain = (await work.plainRoot(ctid)) ?? (await work.mountedRoot(ctid));
      return await isPlain.hasAny(paths);
    },
    "begin-destroy": async ([ctid = ""]) => {
      const variables = await guard.ownVariables(ctid);
      if (variables === undefined) {
        return null;
      }
      // Its configuration is gone before its files are.
      await claims.add(ctid);
      return (await work.beginDestroy(ctid, variables)).identity ?? null;
    },
    "finish-destroy": async ([ctid = ""], { identity }) => {
      if ((await guard.ownVariables(ctid)) !== undefined) {
        throw new MccError("conflict", `The container ${ctid} still has a configuration.`);
      }
      const host = await vz.host();
      const variables = await guard.destroyedVariables(ctid);
      const area = ofContainer(variables?.get("VE_PRIVATE") ?? host.privateArea(ctid), ctid);
      await guard.refuseForeignArea(ctid, area);
      const record = { id: 0, ctid };
      await work.finishDestroy(record, { area, identity: identity ?? undefined }, variables);
      await claims.remove(ctid);
    },
    "remove-run": async ([ctid = ""]) => {
      await guard.ownVariables(ctid);
      await work.removeRunRemains(ctid);
    },
    "find-earlier": async ([serverId = "", run = ""]) => [
      ...(await work.earlier.find(earlierOf(serverId, run))),
    ],
    "end-earlier": async ([serverId = "", run = "", id, group]) => {
      await work.earlier.end(earlierOf(serverId, run), { id: Number(id), group: Number(group) });
    },
    kill: async ([group]) => await killSudoCommand(Number(group), uid),
    "import-image": async ([name = "", ...limits]) => {
      await requireOpenForReading();
      return await work.images.import(name, standardInput, limitsOf(limits));
    },
    "remove-image": async ([name = ""]) => await work.images.remove(name),
    "clear-images": async () => await work.images.clear(),
    "purge-images": async () => await work.images.purge(),
  };
}
