import { MccError } from "../../../../protocol/error";
import { withArchive } from "../../../support/archives/file";
import type { EarlierWork } from "../commands/earlier-commands";
import type { Vz } from "../commands/vz";
import type { Variables } from "../configuration/file";
import type { UnfinishedRecord } from "../containers/unfinished-records";
import { ofContainer } from "../host";
import type { RootFiles } from "../root-work/root-files";
import type { BeforeDestroy, ImageWork, RootWork } from "../root-work/root-work";
import { limitWords } from "./archive-words";
import type { RootProgram } from "./root-program-calls";
import { standardInput } from "./standard-input";

/** The work of an ordinary user's daemon: the root program does it. */
export class SudoRootWork implements RootWork {
  readonly earlier: EarlierWork;
  readonly images: ImageWork;

  constructor(
    private readonly vz: Vz,
    private readonly program: RootProgram,
  ) {
    this.earlier = {
      find: async ({ serverId, run }) => await program.call("find-earlier", [serverId, run]),
      end: async ({ serverId, run }, { id, group }) => {
        await program.call("end-earlier", [serverId, run, String(id), String(group)]);
      },
    };
    this.images = imageWork(program);
  }

  async claim(ctid: string): Promise<boolean> {
    return await this.program.call("claim", [ctid]);
  }

  async release(ctid: string): Promise<void> {
    await this.program.call("release", [ctid]);
  }

  async plainRoot(ctid: string): Promise<RootFiles | undefined> {
    return (await this.program.call("is-plain", [ctid])) ? this.#root(ctid) : undefined;
  }

  mountedRoot(ctid: string): Promise<RootFiles> {
    return Promise.resolve(this.#root(ctid));
  }

  async giveRootFolder(ctid: string): Promise<void> {
    await this.program.call("give-root", [ctid]);
  }

  async beginDestroy(ctid: string, variables: Variables): Promise<BeforeDestroy> {
    const host = await this.vz.host();
    const area = ofContainer(variables.get("VE_PRIVATE") ?? host.privateArea(ctid), ctid);
    return { area, identity: (await this.program.call("begin-destroy", [ctid])) ?? undefined };
  }

  async finishDestroy({ ctid }: UnfinishedRecord, before: BeforeDestroy | undefined): Promise<void> {
    await this.program.call("finish-destroy", [ctid], { identity: before?.identity ?? null });
  }

  async removeRunRemains(ctid: string): Promise<void> {
    await this.program.call("remove-run", [ctid]);
  }

  #root(ctid: string): RootFiles {
    return {
      write: async (files) => {
        if (files.length > 0) {
          // Only what the program, which runs as root, accepts.
          const encoded = files.map(({ path, mode, content, folderMode }) => ({
            ...{ path, mode, content: Buffer.from(content).toString("base64") },
            ...(folderMode !== undefined && { folderMode }),
          }));
          await this.program.call("write-root", [ctid], encoded);
        }
      },
      read: async (path, maxBytes) => {
        const content = await this.program.call("read-root", [ctid], { path, maxBytes });
        return content === null ? undefined : Buffer.from(content, "base64");
      },
      hasAny: async (paths) => await this.program.call("find-in-root", [ctid], [...paths]),
    };
  }
}

function imageWork(program: RootProgram): ImageWork {
  return {
    import: async (name, tarball, limits) =>
      await withArchive(tarball, async ({ handle }) => {
        try {
          return await program.importImage([name, ...limitWords(limits)], handle.fd);
        } catch (error) {
          if (MccError.isInstance(error)) {
            throw MccError.reword(error, error.message.replaceAll(standardInput, tarball));
          }
          throw error;
        }
      }),
    remove: async (name) => await program.call("remove-image", [name]),
    clear: async () => {
      await program.call("clear-images", []);
    },
    purge: async () => {
      await program.call("purge-images", []);
    },
  };
}
