import { lxcHosts } from "../../../support/lxc/lxc-host";
import { describeDriverContract } from "../contract";

describeDriverContract("lxc", lxcHosts);
