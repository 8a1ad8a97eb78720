import { lxcHosts } from "../../../../support/lxc/lxc-host";
import { withClaimedContainers } from "../../claimed-containers";
import { describeDriverContract } from "../../contract";

describeDriverContract("lxc, with claimed containers", () => {
  const host = lxcHosts();
  return () => ({ ...host(), driver: withClaimedContainers(host().driver) });
});
