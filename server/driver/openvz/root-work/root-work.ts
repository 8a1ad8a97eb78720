import type { Image } from "../../../../protocol/methods/image";
import type { ArchiveLimits } from "../../../support/archives/limits";
import type { EarlierWork } from "../commands/earlier-commands";
import type { Variables } from "../configuration/file";
import type { UnfinishedRecord } from "../containers/unfinished-records";
import type { RootFiles } from "./root-files";

/** The changes of the host's images. */
export interface ImageWork {
  /** See `ImageArchives.import`. */
  import(name: string, tarball: string, limits?: ArchiveLimits): Promise<Image>;
  /** See `ImageArchives.remove`. */
  remove(name: string): Promise<boolean>;
  /** See `ImageArchives.clear`. */
  clear(): Promise<void>;
  /** See `ImageArchives.purge`. */
  purge(): Promise<void>;
}

/** A container before `vzctl destroy`: what identifies its private area in the place to which vzctl moves it. */
export interface BeforeDestroy {
  readonly area: string;
  /** Undefined if there is no private area. */
  readonly identity: string | undefined;
}

/** The work for which vzctl has no command, and which only root may do. */
export interface RootWork {
  /** @returns false if the host already has a container, or files of one, with this id. */
  claim(ctid: string): Promise<boolean>;
  /** Ends a claim after another program has got the id. */
  release(ctid: string): Promise<void>;
  /** Returns the files of a stopped container if no mount is needed for them; undefined otherwise: see `plainRoot`. */
  plainRoot(ctid: string): Promise<RootFiles | undefined>;
  /** Returns the files of a mounted container. */
  mountedRoot(ctid: string): Promise<RootFiles>;
  /** See `giveRootFolder`. */
  giveRootFolder(ctid: string): Promise<void>;
  /** Detaches the host's mounts in a container. @param variables those of its configuration. */
  beginDestroy(ctid: string, variables: Variables): Promise<BeforeDestroy>;
  /** Removes everything that `vzctl destroy` and interrupted commands left of a container. */
  finishDestroy(
    record: UnfinishedRecord,
    before: BeforeDestroy | undefined,
    variables: Variables | undefined,
  ): Promise<void>;
  /** See `RunRemains.remove`. Throws for a failure. */
  removeRunRemains(ctid: string): Promise<void>;
  readonly earlier: EarlierWork;
  readonly images: ImageWork;
}
