import { type Client, connect } from "../client/client";
import { MccError, messageOf } from "../protocol/error";
import { type KeeperOrder, type KeeperReport, keeperOrderSchema } from "./keeper-messages";

/** The program that renews a lease until whoever started it lets go of the channel, or dies. */
process.once("message", (message) => {
  const order = keeperOrderSchema.parse(message);
  const client = connect(order);
  process.once("disconnect", () => void end(client, order));
  keep(client, order);
});

// Started by somebody who died before there was an order.
process.once("disconnect", () => {
  process.exitCode = 1;
});

function keep(client: Client, { lease, renewEveryMs }: KeeperOrder): void {
  let renews = false;
  const renew = async (): Promise<void> => {
    try {
      await client.call("lease.renew", { lease });
      if (!renews) {
        renews = true;
        say({ renews });
      }
    } catch (error) {
      // Whatever else it is, a daemon that is being restarted for instance, the next renewal may work.
      if (MccError.hasCode(error, "not-found")) {
        say({ ended: messageOf(error) });
        process.exit(1);
      }
    }
  };
  // They do not wait for one another, so that one which hangs costs nothing.
  setInterval(() => void renew(), renewEveryMs);
  void renew();
}

async function end(client: Client, { lease }: KeeperOrder): Promise<void> {
  try {
    await client.call("lease.end", { lease });
  } finally {
    // A lease that could not be ended now ends by itself, as nobody renews it.
    process.exit();
  }
}

function say(report: KeeperReport): void {
  if (process.connected) {
    process.send?.(report);
  }
}
