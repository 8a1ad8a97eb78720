import { once } from "node:events";
import { type Client, connect } from "../client/client";
import { MccError, messageOf } from "../protocol/error";
import { type KeeperOrder, type KeeperReport, keeperOrderSchema } from "./keeper-messages";

/** The program that keeps a lease until whoever started it lets go of the channel, or dies. */
process.once("message", (message) => void keep(keeperOrderSchema.parse(message)));

async function keep(order: KeeperOrder): Promise<void> {
  const letGo = once(process, "disconnect");
  const client = connect(order);
  const lease = await open(client, order);
  say({ lease });
  // They do not wait for one another, so that one which hangs costs nothing.
  setInterval(() => void renew(client, lease), order.renewEveryMs);
  await letGo;
  try {
    await client.call("lease.end", { lease });
  } finally {
    // A lease that could not be ended now ends by itself, as nobody renews it.
    process.exit();
  }
}

async function open(client: Client, { seconds }: KeeperOrder): Promise<string> {
  try {
    return (await client.call("lease.open", { seconds })).lease;
  } catch (error) {
    return giveUp(error);
  }
}

async function renew(client: Client, lease: string): Promise<void> {
  try {
    await client.call("lease.renew", { lease });
  } catch (error) {
    // Whatever else it is, a daemon that is being restarted for instance, the next renewal may work.
    if (MccError.hasCode(error, "not-found")) {
      giveUp(error);
    }
  }
}

function giveUp(error: unknown): never {
  say({ ended: messageOf(error) });
  process.exit(1);
}

function say(report: KeeperReport): void {
  if (process.connected) {
    process.send?.(report);
  }
}
