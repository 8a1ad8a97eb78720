import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import type { Logger } from "pino";
import { packageFolder } from "../protocol/package-folder";
import { startTracing } from "../protocol/tracing/start-tracing";
import { AuditLog } from "./audit/audit-log";
import { localAdmin } from "./cloud/access/caller";
import { keepGroupToken } from "./cloud/access/group-token";
import { type Cloud } from "./cloud/cloud";
import { openCloud } from "./cloud/open-cloud";
import { LateWrites } from "./cloud/state/late-writes";
import { type Config, cloudOptions, warnings } from "./config";
import { type Bound, type Listener, openListener } from "./http/listener";
import { Streams } from "./http/streams";
import { openServerLog } from "./log/log";
import { createDispatch } from "./methods/calls/dispatch";
import { eventStreams } from "./methods/event-stream";
import { metricsOf } from "./methods/metrics";
import { terminals } from "./methods/terminals/terminals";
import { LateMetrics } from "./metrics/late-metrics";
import { register, withdraw } from "./runtime-registration";
import { firstStopSignal, reloadOnSignal } from "./signals";
import { reportStart } from "./start-report";
import { isFileSystemFault } from "./support/files/file-system-fault";
import { readTls, type TlsTexts } from "./tls/certificate";
import { issueSelfSigned, ownHosts, SelfSignedRenewal } from "./tls/self-signed";
import { ServedCertificate } from "./tls/served-certificate";
import { inheritedSocket } from "./user-setup/entrance";

/** The time for calls that continue after the cloud has closed, such as an `instance.exec`. */
const lastCallsMs = 5_000;

/** A collector that does not answer delays the end of the daemon by this time. */
const lastSpansMs = 2_000;

/** The dashboard's page, as the build writes it. */
const pageFolder = join(packageFolder(), "dist", "dashboard", "page");

/** Serves until a signal stops it. Resolves when all calls are finished or undone. */
export async function serve(config: Config): Promise<void> {
  // Functions are compiled at their first call from now on, and not after some: the first claims of a daemon take a fifth less.
  setFlagsFromString("--always-sparkplug");
  // Containers must be able to enter the state folder, whatever the caller's umask is.
  process.umask(0o022);
  process.chdir("/");
  const { log, reopen } = await openServerLog(config.logLevel, config.ownLog);
  process.on("uncaughtException", (error) => {
    log.fatal({ err: error }, "an internal error ended the daemon; instances continue to run");
    process.exit(1);
  });
  logNodesWarnings(log);
  const tracing = await startTracing({
    service: "mccserver",
    onFailure: (reason) => log.warn({ reason }, "traces cannot be sent; the daemon works without them"),
  });
  let certificate: ServedCertificate | undefined;
  let auditLog: AuditLog | undefined;
  reloadOnSignal(log, async () => {
    await reopen();
    await auditLog?.reopen();
    log.info("reloading the log file and the certificate");
    await certificate?.reload();
  });
  warnings(config).forEach((warning) => log.warn(warning));
  // A given certificate is checked before anything is changed.
  const given = config.tls && !config.selfSigned ? await readTls(config.tls) : undefined;
  const cloud = await openCloud(cloudOptions(config, log));
  const lateWrites = new LateWrites(log);
  const streams = new Streams(log);
  const metrics = new LateMetrics(({ Metrics }) => new Metrics(cloud, streams));
  let drained = Promise.resolve();
  let renewal: SelfSignedRenewal | undefined;
  try {
    const audit = await AuditLog.open(config.stateFolder, log);
    auditLog = audit;
    cloud.ownActs.listen((act) =>
      audit.record({ time: new Date().toISOString(), ...act, subject: { ...act.subject } }),
    );
    if (config.selfSigned !== undefined) {
      await issueSelfSigned(config.selfSigned, ownHosts(config.address));
      renewal = new SelfSignedRenewal(config.selfSigned, config.address, log);
    }
    const tls = given ?? (config.selfSigned && (await readTls(config.selfSigned)));
    const groupTokenPath = await keepGroupToken(config.groupRole, {
      stateFolder: config.stateFolder,
      tokenPath: cloud.identity.tokenPath,
      tokens: cloud.accessTokens,
      damaged: cloud.damaged,
      lateWrites,
    });
    // Before a client can find the daemon and stop it.
    const signalled = firstStopSignal();
    const listener = await listen(config, tls, {
      ...{ cloud, audit, log, lateWrites, streams, metrics, groupTokenPath },
    });
    const host = localHost(listener.address);
    const replace = listener.replaceTls.bind(listener);
    certificate = config.tls && tls && new ServedCertificate({ paths: config.tls, tls, host, replace, log });
    try {
      const url = urlOf(config, listener);
      log.info({ url, driver: cloud.info(localAdmin).driver, stateFolder: config.stateFolder }, "serving");
      if (config.whyNoDashboard !== undefined) {
        log.info({ reason: config.whyNoDashboard }, "no dashboard");
      }
      await reportStart({ url });
      void metrics.load();
      const signal = await signalled;
      log.info({ signal }, "stopping; another signal ends the daemon immediately");
    } finally {
      certificate?.close();
      drained = listener.close();
    }
  } finally {
    renewal?.close();
    await metrics.close();
    lateWrites.close();
    await cloud.close();
    auditLog?.close();
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
  await tracing.close(lastSpansMs);
  log.info("stopped");
}

/** Logs Node's warnings. Node would write them to standard error, and wait for a reader. */
function logNodesWarnings(log: Logger): void {
  process.removeAllListeners("warning");
  process.on("warning", (warning) => log.warn({ err: warning }, "a warning of Node.js"));
}

interface Served {
  readonly cloud: Cloud;
  readonly audit: AuditLog;
  readonly log: Logger;
  readonly lateWrites: LateWrites;
  readonly streams: Streams;
  readonly metrics: LateMetrics;
  readonly groupTokenPath: string | undefined;
}

async function listen(
  config: Config,
  tls: TlsTexts | undefined,
  { cloud, audit, log, lateWrites, streams, metrics, groupTokenPath }: Served,
): Promise<Listener> {
  const { serverId, tokenPath } = cloud.identity;
  const dispatch = createDispatch(cloud, log, audit);
  return await openListener({
    address: config.address,
    port: config.port,
    descriptor: inheritedSocket(),
    tls,
    callerOf: config.allowAnonymous ? () => localAdmin : (...sent) => cloud.accessTokens.callerOf(...sent),
    allowedHosts: config.allowedHosts,
    dispatch,
    openTerminal: terminals(dispatch),
    dashboard: config.whyNoDashboard === undefined ? pageFolder : undefined,
    whyNoDashboard: config.whyNoDashboard,
    eventsOf: eventStreams(cloud.events),
    streams,
    metrics: metricsOf(() => metrics.load()),
    log,
    // A client without a token is refused. By then, the file for the local admin's exists.
    announce: async (bound) => {
      if (!config.allowInstances) {
        await cloud.closePort(bound.port);
      }
      const file = {
        url: urlOf(config, bound),
        tokenPath,
        groupTokenPath,
        authorityPath: config.selfSigned?.authority,
        pid: process.pid,
        serverId,
      };
      await lateWrites.attempt(
        "the runtime file, by which programs on this host find the daemon",
        async () => {
          for (const path of await register(bound.port, file)) {
            cloud.damaged.report(path, "it is a folder in the place of the daemon's runtime file");
          }
        },
      );
    },
  });
}

/** Returns the URL at which programs on this machine reach the daemon. */
function urlOf({ tls }: Config, { address, port }: Bound): string {
  const host = localHost(address);
  return `${tls === undefined ? "http" : "https"}://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/** Returns the host at which programs on this machine reach a daemon that listens on the address. */
export function localHost(address: string): string {
  const everywhere: Record<string, string> = { "0.0.0.0": "127.0.0.1", "::": "::1" };
  return everywhere[address] ?? address;
}
