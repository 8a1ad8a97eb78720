// Two fleets at once, which are held until the process ends, and a line about each.
import { startFleet } from "minicloud/testing";

const fleets = await Promise.all([
  startFleet({ count: 2, namePrefix: "one" }),
  startFleet({ namePrefix: "two" }),
]);
fleets.forEach(({ hosts }) => console.log(hosts.map(({ name }) => name).join(" ")));
setInterval(() => undefined, 1000);
