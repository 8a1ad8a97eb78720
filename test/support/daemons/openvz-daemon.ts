import pino from "pino";
import { localAdmin } from "../../../server/cloud/access/caller";
import { openListener } from "../../../server/http/listener";
import { createDispatch } from "../../../server/methods/calls/dispatch";
import { eventStreams } from "../../../server/methods/event-stream";
import { openOpenvzCloud } from "../../server/cloud/openvz-cloud";
import { noMetrics } from "../http/no-metrics";

/** A daemon in this process over a fake OpenVZ host that accepts every client. */
export interface OpenvzDaemon {
  readonly url: string;
  close(): Promise<void>;
}

/** @param root the root folder of the fake host. */
export async function openOpenvzDaemon(root: string): Promise<OpenvzDaemon> {
  const cloud = await openOpenvzCloud(root);
  const log = pino({ level: "silent" });
  const listener = await openListener({
    address: "127.0.0.1",
    port: 0,
    callerOf: () => localAdmin,
    log,
    dispatch: createDispatch(cloud, log),
    eventsOf: eventStreams(cloud.events),
    metrics: noMetrics,
  });
  return {
    url: `http://127.0.0.1:${listener.port}`,
    close: async () => {
      await listener.close();
      await cloud.close();
    },
  };
}
