import { temporaryFolders } from "../../../support/files/temporary-folder";
import { type LxdCluster, startLxdCluster } from "../../../support/lxd/cluster";
import { lxdEngines } from "../../../support/lxd/lxd-engines";
import { describeDriverContract } from "../contract";

describe("the Incus driver", () => {
  const newFolder = temporaryFolders();
  let alone: LxdCluster | undefined;

  before(async function () {
    this.timeout(120_000);
    alone = await startLxdCluster(1, await newFolder());
  });
  after(async () => {
    await alone?.end();
  });

  describeDriverContract("incus, one member", () =>
    lxdEngines(() => ({ url: `unix:${alone?.members[0]?.socket}` })),
  );
});
