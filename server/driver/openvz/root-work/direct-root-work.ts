import type { EarlierWork } from "../commands/earlier-commands";
import { directEarlierWork } from "../commands/earlier-commands";
import type { Vz } from "../commands/vz";
import type { Variables } from "../configuration/file";
import type { UnfinishedRecord } from "../containers/unfinished-records";
import { plainRoot } from "../files/plain-root";
import { giveRootFolder } from "../files/root-owner";
import { exists, ofContainer } from "../host";
import { ImageArchives } from "../images/store";
import { detachHostMounts, removePrivateArea, removeRemains } from "../leftovers";
import { MovedArea } from "../moved-area";
import { removeRunRemains } from "../run-remains";
import { type RootFiles, rootFilesIn } from "./root-files";
import type { BeforeDestroy, ImageWork, RootWork } from "./root-work";

/** The work of a daemon that runs as root. */
export class DirectRootWork implements RootWork {
  readonly earlier: EarlierWork = directEarlierWork;
  readonly images: ImageWork;

  /** @param imports the folder with the marks of imported images. */
  constructor(
    private readonly vz: Vz,
    imports: string,
  ) {
    this.images = new ImageArchives(() => vz.imageStore(), imports);
  }

  async claim(ctid: string): Promise<boolean> {
    const host = await this.vz.host();
    return !((await exists(host.containerConfiguration(ctid))) || (await exists(host.privateArea(ctid))));
  }

  release(): Promise<void> {
    return Promise.resolve();
  }

  async plainRoot(ctid: string): Promise<RootFiles | undefined> {
    const folder = await plainRoot(this.vz, ctid);
    return folder === undefined ? undefined : rootFilesIn(folder);
  }

  async mountedRoot(ctid: string): Promise<RootFiles> {
    return rootFilesIn((await this.vz.host()).root(ctid));
  }

  async giveRootFolder(ctid: string): Promise<void> {
    await giveRootFolder(this.vz, ctid);
  }

  async beginDestroy(ctid: string, variables: Variables): Promise<BeforeDestroy> {
    const host = await this.vz.host();
    await detachHostMounts(host, ctid, variables);
    const area = ofContainer(variables.get("VE_PRIVATE") ?? host.privateArea(ctid), ctid);
    return { area, identity: await MovedArea.identityOf(area) };
  }

  async finishDestroy(
    record: UnfinishedRecord,
    before: BeforeDestroy | undefined,
    variables: Variables | undefined,
  ): Promise<void> {
    const host = await this.vz.host();
    if (before !== undefined) {
      await new MovedArea(before.area, before.identity).remove();
    }
    await removePrivateArea(host, record, variables?.get("VE_PRIVATE"));
    await removeRemains(host, record.ctid);
  }

  async removeRunRemains(ctid: string): Promise<void> {
    await removeRunRemains(this.vz, ctid);
  }
}
