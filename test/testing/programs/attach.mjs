/** Attaches to the fleet that its command line names, as a worker of a test framework does. */
import { attachFleet } from "minicloud/testing";

const fleet = await attachFleet(process.argv[2]);
const [first, second] = fleet.hosts;
const { stdout } = await fleet.exec(first, ["cat"], { stdin: "in a worker" });
await fleet.kill(second);
const killed = await fleet.exec(second, ["true"]).then(
  () => false,
  () => true,
);
await fleet.start(second);
const { exitCode } = await fleet.exec(second, ["true"]);
console.log(JSON.stringify({ hosts: fleet.hosts, output: stdout, killed, exitCode }));
