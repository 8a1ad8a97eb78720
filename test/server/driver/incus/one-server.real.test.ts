import { temporaryFolders } from "../../../support/files/temporary-folder";
import { type LxdCluster, startLxdCluster } from "../../../support/lxd/cluster";
import { type LxdEngine, lxdEngines } from "../../../support/lxd/lxd-engines";
import { withClaimedContainers } from "../claimed-containers";
import { describeDriverContract } from "../contract";

describe("the Incus driver, on a cluster of one", () => {
  const newFolder = temporaryFolders();
  let server: LxdCluster | undefined;

  before(async function () {
    this.timeout(120_000);
    server = await startLxdCluster(1, await newFolder());
  });
  after(async () => {
    await server?.end();
  });

  const engines = (): (() => LxdEngine) =>
    lxdEngines(() => ({ url: `unix:${server?.members[0]?.socket}` }));

  describeDriverContract("incus, by its socket", engines);

  describeDriverContract("incus, with claimed containers", () => {
    const engine = engines();
    return () => ({ ...engine(), driver: withClaimedContainers(engine().driver) });
  });
});
