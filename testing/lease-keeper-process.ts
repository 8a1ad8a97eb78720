import { once } from "node:events";
import { type Client, connect } from "../client/client";
import { MccError, messageOf } from "../protocol/error";
import { type KeeperOrder, type KeeperReport, keeperOrderSchema } from "./keeper-messages";

/** The program that renews a lease until its parent process closes the channel or dies. */
process.once("message", (message) => void keep(keeperOrderSchema.parse(message)));

async function keep({ lease, renewEveryMs, ...server }: KeeperOrder): Promise<void> {
  const letGo = once(process, "disconnect");
  const client = connect(server);
  await renew(client, lease);
  say({ renews: true });
  // Renewals do not wait for each other, so that one without an answer does not delay the others.
  setInterval(() => void renew(client, lease), renewEveryMs);
  await letGo;
  try {
    await client.call("lease.end", { lease });
  } finally {
    // If the call failed, the lease expires by itself, because it is no longer renewed.
    process.exit();
  }
}

async function renew(client: Client, lease: string): Promise<void> {
  try {
    await client.call("lease.renew", { lease });
  } catch (error) {
    // After any other failure, such as a restart of the daemon, the next renewal can succeed.
    if (MccError.hasCode(error, "not-found")) {
      say({ ended: messageOf(error) });
      process.exit(1);
    }
  }
}

function say(report: KeeperReport): void {
  if (process.connected) {
    process.send?.(report);
  }
}
