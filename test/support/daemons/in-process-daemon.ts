import pino from "pino";
import { type Client, connect } from "../../../client/client";
import type { Cloud } from "../../../server/cloud/cloud";
import type { CloudOptions } from "../../../server/cloud/open-cloud";
import { openListener } from "../../../server/http/listener";
import { createDispatch } from "../../../server/methods/calls/dispatch";
import { eventStreams } from "../../../server/methods/event-stream";
import { noMetrics } from "../http/no-metrics";
import { testClouds } from "./test-cloud";

/** A daemon in this process with a separate state folder and the simulated driver. */
export interface InProcessDaemon {
  readonly url: string;
  readonly client: Client;
  readonly cloud: Cloud;
  /** The environment variables with which programs find it. */
  readonly environment: NodeJS.ProcessEnv;
}

/** Starts daemons that end with the suite that calls this. */
export function inProcessDaemons(): (options?: Partial<CloudOptions>) => Promise<InProcessDaemon> {
  const ends: (() => Promise<void>)[] = [];
  // This runs before the clouds are closed.
  after(() => Promise.all(ends.map((end) => end())));
  const newCloud = testClouds();
  return async (options) => {
    const { cloud } = await newCloud(options);
    const { token } = cloud.identity;
    const log = pino({ level: "silent" });
    const listener = await openListener({
      address: "127.0.0.1",
      port: 0,
      callerOf: (given) => cloud.accessTokens.callerOf(given),
      log,
      dispatch: createDispatch(cloud, log),
      eventsOf: eventStreams(cloud.events),
      metrics: noMetrics,
    });
    const url = `http://127.0.0.1:${listener.port}`;
    const client = connect({ server: url, token });
    ends.push(async () => {
      client.close();
      await listener.close();
    });
    return { url, client, cloud, environment: { MCC_SERVER: url, MCC_TOKEN: token } };
  };
}
