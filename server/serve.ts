import { setTimeout as pause } from "node:timers/promises";
import type { Logger } from "pino";
import { messageOf } from "../protocol/error";
import { type Cloud } from "./cloud/cloud";
import { openCloud } from "./cloud/open-cloud";
import { LateWrites } from "./cloud/state/late-writes";
import { type Config, cloudOptions, warnings } from "./config";
import { type Bound, type Listener, openListener } from "./http/listener";
import { openServerLog } from "./log/log";
import { createDispatch } from "./methods/dispatch";
import { register, withdraw } from "./runtime-registration";
import { firstStopSignal, reloadOnSignal } from "./signals";
import { reportStart } from "./start-report";
import { isFileSystemFault } from "./support/files/file-system-fault";
import { readTls, type TlsPaths, type TlsTexts } from "./tls/certificate";
import { CertificateWatch } from "./tls/certificate-watch";

/** What calls get that go on when the cloud has closed, such as an `instance.exec`. */
const lastCallsMs = 5_000;

/** Serves until a signal asks for the end; resolves once all that was under way is finished or undone. */
export async function serve(config: Config): Promise<void> {
  // Containers must get through the state folder, whatever the caller's umask is.
  process.umask(0o022);
  process.chdir("/");
  const { log, reopen } = await openServerLog(config.logLevel, config.ownLog);
  process.on("uncaughtException", (error) => {
    log.fatal({ err: error }, "a defect ended the daemon; instances run on");
    process.exit(1);
  });
  logNodesWarnings(log);
  let reloadCertificate = (): Promise<void> => Promise.resolve();
  reloadOnSignal(log, async () => {
    await reopen();
    log.info("reloading the log file and the certificate");
    await reloadCertificate();
  });
  warnings(config).forEach((warning) => log.warn(warning));
  const tls = config.tls && (await readTls(config.tls));
  const cloud = await openCloud(cloudOptions(config, log));
  const lateWrites = new LateWrites(log);
  let drained = Promise.resolve();
  try {
    // Before anybody can know of the daemon and end it.
    const signalled = firstStopSignal();
    const listener = await listen(config, tls, cloud, log, lateWrites);
    const certificate = tls && new CertificateWatch(tls.cert, localHost(listener.address), log);
    try {
      const url = urlOf(config, listener);
      if (config.tls !== undefined && certificate !== undefined) {
        const paths = config.tls;
        reloadCertificate = () => replaceCertificate(paths, listener, certificate, log);
      }
      log.info({ url, driver: cloud.info().driver, stateFolder: config.stateFolder }, "serving");
      await reportStart({ url });
      const signal = await signalled;
      log.info({ signal }, "stopping; another signal ends the daemon at once");
    } finally {
      certificate?.close();
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

/** Node would write them to standard error, and wait there for a reader. */
function logNodesWarnings(log: Logger): void {
  process.removeAllListeners("warning");
  process.on("warning", (warning) => log.warn({ err: warning }, "a warning of Node's"));
}

async function replaceCertificate(
  paths: TlsPaths,
  listener: Listener,
  watch: CertificateWatch,
  log: Logger,
): Promise<void> {
  try {
    const tls = await readTls(paths);
    listener.replaceTls(tls);
    watch.replace(tls.cert);
    log.info({ certificate: paths.cert }, "certificate reloaded");
  } catch (error) {
    log.error(`The earlier certificate stays in use. ${messageOf(error)}`);
  }
}

async function listen(
  config: Config,
  tls: TlsTexts | undefined,
  cloud: Cloud,
  log: Logger,
  lateWrites: LateWrites,
): Promise<Listener> {
  const { serverId, token, tokenPath } = cloud.identity;
  return await openListener({
    address: config.address,
    port: config.port,
    tls,
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

/** Where a program on this machine reaches the daemon. */
function urlOf({ tls }: Config, { address, port }: Bound): string {
  const host = localHost(address);
  return `${tls === undefined ? "http" : "https"}://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/** The host by which programs on this machine reach a daemon that listens at the address. */
export function localHost(address: string): string {
  const everywhere: Record<string, string> = { "0.0.0.0": "127.0.0.1", "::": "::1" };
  return everywhere[address] ?? address;
}
