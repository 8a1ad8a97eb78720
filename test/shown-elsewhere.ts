/**
 * The sources with logic of their own that have no test of the same name, and what shows their behaviour through the
 * wire, a command or a resource: test files, folders of those, or a command that people run. A source that ends in `/`
 * or `*` stands for all that begin so; the longest one counts.
 */
export const shownElsewhere: Readonly<Record<string, readonly string[]>> = {
  // What takes minutes is measured by people and not by tests.
  "bench/": ["npm run bench"],
  "bench/comparison.ts": ["test/bench/bench.test.ts"],
  "bench/inside.ts": ["test/bench/main.real.test.ts"],
  "bench/options.ts": ["test/bench/bench.test.ts"],
  "bench/output.ts": ["test/bench/main.real.test.ts"],

  "cli/": ["test/cli/"],

  "client/answer-body.ts": ["test/client/transport.test.ts"],
  "client/connection-error.ts": ["test/client/transport.test.ts"],
  "client/contact.ts": ["test/client/instance-creation.test.ts"],
  "client/outlast-restarts.ts": ["test/client/instance-creation.test.ts"],
  "client/ssh-host.ts": ["test/client/ssh-config.test.ts"],
  "client/token.ts": ["test/client/client.test.ts"],

  "images/micro/parts.ts": ["test/images/micro/build.real.test.ts"],

  "isolated/": ["test/isolated/isolated.real.test.ts"],

  "protocol/check-message.ts": ["test/protocol/message-scan.test.ts"],
  "protocol/error-code.ts": ["test/client/transport.test.ts"],
  "protocol/instance.ts": ["test/server/methods/dispatch.test.ts"],
  "protocol/message-flaw.ts": ["test/protocol/message-scan.test.ts"],
  "protocol/message-grammar.ts": ["test/protocol/message-scan.test.ts"],
  "protocol/message-tally.ts": ["test/protocol/message-scan.test.ts"],
  "protocol/message-text.ts": ["test/protocol/message-scan.test.ts"],
  "protocol/method.ts": ["test/server/methods/system.test.ts"],
  "protocol/open-element.ts": ["test/protocol/message-scan.test.ts"],
  "protocol/package-version.ts": ["test/server/command-line.test.ts"],
  "protocol/to-wire.ts": ["test/protocol/codec.test.ts"],

  "provider/": ["test/provider/resources.test.ts", "test/provider/programs.real.test.ts"],
  "provider/hooks/": ["test/provider/hooks/", "test/provider/lifecycle.real.test.ts"],
  "provider/hooks/engine.ts": ["test/provider/kill.real.test.ts"],
  "provider/hooks/guard.ts": ["test/provider/failures.real.test.ts"],
  "provider/hooks/partial-failure.ts": ["test/provider/failures.real.test.ts"],
  "provider/hooks/progress.ts": ["test/provider/progress.real.test.ts"],
  "provider/hooks/quiet-error.ts": ["test/provider/failures.real.test.ts"],

  "quickstart/": ["test/quickstart/quickstart.real.test.ts"],
  "quickstart/pulumi-cli/": ["test/quickstart/pulumi-cli/", "test/quickstart/quickstart.real.test.ts"],

  "server/daemonise.ts": ["test/server/background.test.ts"],
  "server/log.ts": ["test/server/log-readers.test.ts", "test/server/daemon.test.ts"],
  "server/main.ts": ["test/server/command-line.test.ts"],
  "server/open-log-file.ts": ["test/server/background.test.ts", "test/server/state-folder.real.test.ts"],
  "server/serve.ts": ["test/server/daemon.test.ts"],
  "server/signals.ts": ["test/server/reload.test.ts"],
  "server/start-report.ts": ["test/server/background.test.ts"],

  "server/cloud/because.ts": ["test/server/cloud/faults.test.ts"],
  "server/cloud/carries.ts": ["test/server/cloud/instances.test.ts"],
  "server/cloud/claim.ts": ["test/server/methods/ownership.test.ts"],
  "server/cloud/claims.ts": ["test/server/methods/ownership.test.ts"],
  "server/cloud/clock.ts": ["test/server/daemon.test.ts"],
  "server/cloud/cloud.ts": ["test/server/cloud/instances.test.ts"],
  "server/cloud/damaged-name.ts": ["test/server/cloud/damaged-files.test.ts"],
  "server/cloud/deadline.ts": ["test/server/cloud/readiness/ladder.test.ts"],
  "server/cloud/fleet-*": ["test/server/cloud/fleets.test.ts", "test/server/cloud/fleet-recovery.test.ts"],
  "server/cloud/hosts-file.ts": ["test/server/cloud/host-names.test.ts"],
  "server/cloud/instance-*": ["test/server/cloud/instances.test.ts", "test/server/cloud/faults.test.ts"],
  "server/cloud/instance-log.ts": ["test/server/cloud/user-data.test.ts"],
  "server/cloud/instance-readiness.ts": ["test/server/cloud/readiness.real.test.ts"],
  "server/cloud/instance-take-over.ts": ["test/server/cloud/take-over.real.test.ts"],
  "server/cloud/lease-clock.ts": ["test/server/cloud/ttl.test.ts"],
  "server/cloud/lease-reaper.ts": ["test/server/cloud/ttl.test.ts"],
  "server/cloud/managed-fleet.ts": ["test/server/cloud/fleets.test.ts"],
  "server/cloud/managed-instance.ts": ["test/server/cloud/instances.test.ts"],
  "server/cloud/preflight.ts": ["test/server/start-failure.test.ts"],
  "server/cloud/purge.ts": ["test/server/daemon.test.ts"],
  "server/cloud/readiness/probe-of-rung.ts": ["test/server/cloud/readiness.real.test.ts"],
  "server/cloud/reboot.ts": ["test/server/cloud/recovery.test.ts"],
  "server/cloud/target.ts": ["test/server/cloud/leases.test.ts", "test/server/cloud/keys.test.ts"],
  "server/cloud/tolerate.ts": ["test/server/runtime-registration.test.ts"],
  "server/cloud/user-data-logs.ts": ["test/server/cloud/user-data.test.ts"],

  "server/driver/command-timeout.ts": ["test/server/driver/simulated/contract.test.ts"],
  "server/driver/seen-folder.ts": ["test/server/driver/lxc/leftovers.real.test.ts"],
  "server/driver/lxc/": ["test/server/driver/lxc/contract.real.test.ts", "test/server/driver/lxc/"],
  "server/driver/openvz/": ["test/server/driver/openvz/contract.real.test.ts", "test/server/driver/openvz/"],
  "server/driver/simulated/": ["test/server/driver/simulated/contract.test.ts"],
  "server/driver/tar-header.ts": ["test/server/driver/archive-inspection.test.ts"],
  "server/driver/unpacked-archive.ts": ["test/server/driver/inspect-archive.test.ts"],

  "server/http/": ["test/server/http/listener.test.ts", "test/server/http/bad-requests.test.ts"],
  "server/methods/": ["test/server/methods/dispatch.test.ts", "test/server/methods/"],

  "testing/": ["test/testing/with-fleet.test.ts", "test/testing/with-fleet.real.test.ts"],
};
