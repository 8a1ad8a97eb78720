import { describeDriverContract } from "../contract";
import { lxcHosts } from "./lxc-host";

describeDriverContract("lxc", lxcHosts);
