import { readFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import type { Logger } from "pino";
import { MccError, messageOf } from "../protocol/error";
import { type Cloud, openCloud } from "./cloud/cloud";
import { LateWrites } from "./cloud/late-writes";
import { type Config, cloudOptions, warnings } from "./config";
import { isFileSystemFault } from "./driver/file-system-fault";
import { type Bound, type Listener, openListener, type TlsTexts } from "./http/listener";
import { openLog } from "./log";
import { createDispatch } from "./methods/dispatch";
import { register, withdraw } from "./runtime-registration";
import { reportStart } from "./start-report";

/** What calls get that go on when the cloud has closed, such as an `instance.exec`. */
const lastCallsMs = 5_000;

/** Serves until a signal asks for the end; resolves once all that was under way is finished or undone. */
export async function serve(config: Config): Promise<void> {
  // Containers must get through the state folder, whatever the caller's umask is.
  process.umask(0o022);
  process.chdir("/");
  const log = openLog(config.logLevel);
  process.on("uncaughtException", (error) => {
    log.fatal({ err: error }, "a defect ended the daemon; instances run on");
    process.exit(1);
  });
  warnings(config).forEach((warning) => log.warn(warning));
  const cloud = await openCloud(cloudOptions(config, log));
  const lateWrites = new LateWrites(log);
  let drained = Promise.resolve();
  try {
    // Before anybody can know of the daemon and end it.
    const signalled = firstSignal();
    const listener = await listen(config, cloud, log, lateWrites);
    try {
      const url = urlOf(config, listener);
      log.info({ url, driver: cloud.info().driver, stateFolder: config.stateFolder }, "serving");
      await reportStart({ url });
      const signal = await signalled;
      log.info({ signal }, "stopping; another signal ends the daemon at once");
    } finally {
      drained = listener.close();
    }
  } finally {
    lateWrites.close();
    await cloud.close();
  }
  await Promise.race([drained, pause(lastCallsMs)]);
  try {
    await withdraw(({ pid }) => pid === process.pid);
  } catch (error) {
    if (!isFileSystemFault(error)) {
      throw error;
    }
    log.warn({ err: error }, "the runtime file could not be removed");
  }
  log.info("stopped");
}

async function listen(config: Config, cloud: Cloud, log: Logger, lateWrites: LateWrites): Promise<Listener> {
  const { serverId, token, tokenPath } = cloud.identity;
  return await openListener({
    address: config.address,
    port: config.port,
    tls: config.tls && (await readTls(config.tls)),
    token: config.allowAnonymous ? undefined : token,
    dispatch: createDispatch(cloud, log),
    log,
    // Who calls without the token is refused, and finds it then.
    announce: async (bound) => {
      const file = { url: urlOf(config, bound), tokenPath, pid: process.pid, serverId };
      await lateWrites.attempt(
        "the runtime file, by which programs on this host find the daemon",
        async () => {
          for (const path of await register(bound.port, file)) {
            cloud.damaged.report(
              path,
              "it is a folder, where the daemon tells programs of this host of itself",
            );
          }
        },
      );
    },
  });
}

async function readTls(paths: TlsTexts): Promise<TlsTexts> {
  try {
    const [cert, key] = await Promise.all([readFile(paths.cert, "utf8"), readFile(paths.key, "utf8")]);
    return { cert, key };
  } catch (error) {
    throw new MccError("invalid", `The TLS certificate or its key cannot be read: ${messageOf(error)}.`);
  }
}

/** Where a program on this machine reaches the daemon. */
function urlOf({ tls }: Config, { address, port }: Bound): string {
  const everywhere: Record<string, string> = { "0.0.0.0": "127.0.0.1", "::": "::1" };
  const host = everywhere[address] ?? address;
  return `${tls === undefined ? "http" : "https"}://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

function firstSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let asked = false;
    const onSignal = (signal: NodeJS.Signals): void => {
      if (asked) {
        process.exit(1);
      }
      asked = true;
      resolve(signal);
    };
    process.on("SIGTERM", onSignal);
    process.on("SIGINT", onSignal);
  });
}
