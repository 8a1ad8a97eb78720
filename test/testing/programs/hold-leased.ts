/** As hold.mjs, with a lease whose times its command line has: seconds, and milliseconds between renewals. */
import { startLeasedFleet } from "../../../testing/leased-fleet";

async function hold(): Promise<void> {
  const [seconds, renewEveryMs] = process.argv.slice(2).map(Number);
  const times = { seconds: seconds ?? Number.NaN, renewEveryMs: renewEveryMs ?? Number.NaN };
  const fleets = await Promise.all([
    startLeasedFleet({ count: 2, namePrefix: "one" }, times),
    startLeasedFleet({ namePrefix: "two" }, times),
  ]);
  fleets.forEach(({ hosts }) => console.log(hosts.map(({ name }) => name).join(" ")));
  setInterval(() => undefined, 1000);
}

void hold();
