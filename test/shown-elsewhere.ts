/**
 * The sources with logic of their own that have no test of the same name, and what shows their behaviour through the
 * wire, a command or a resource: test files, folders of those, or a command that people run. A source that ends in `/`
 * or `*` stands for all that begin so; the longest one counts.
 */
export const shownElsewhere: Readonly<Record<string, readonly string[]>> = {
  // What takes minutes is measured by people and not by tests.
  "bench/": ["npm run bench"],
  "bench/measure-all.ts": ["test/bench/bench.test.ts"],
  "bench/report/comparison.ts": ["test/bench/bench.test.ts"],
  "bench/report/machine.ts": ["test/bench/report/page.test.ts"],
  "bench/report/page-file.ts": ["test/bench/report/page.test.ts"],
  "bench/report/run-record.ts": ["test/bench/report/page.test.ts"],
  "bench/inside.ts": ["test/bench/main.real.test.ts"],
  "bench/options.ts": ["test/bench/bench.test.ts"],
  "bench/output.ts": ["test/bench/main.real.test.ts"],

  "faults/": ["test/faults/run.real.test.ts"],
  "faults/preload/": ["test/faults/preload/preload.test.ts"],

  "cli/": ["test/cli/"],

  "client/answer-body.ts": ["test/client/transport.test.ts"],
  "client/certificate-reasons.ts": ["test/client/transport.test.ts"],
  "client/workflows/require-isolation.ts": ["test/cli/commands/run-fleet.test.ts"],
  "client/workflows/require-placement.ts": ["test/cli/commands/members.test.ts"],
  "client/connection-error.ts": ["test/client/transport.test.ts"],
  "client/contact.ts": ["test/client/workflows/create-instance.test.ts"],
  "client/workflows/upload-image.ts": ["test/cli/commands/tokens.test.ts"],
  "client/workflows/outlast-restarts.ts": ["test/client/workflows/create-instance.test.ts"],
  "client/ssh/ssh-host.ts": ["test/client/ssh/ssh-config.test.ts"],
  "client/discovery/token.ts": ["test/client/client.test.ts"],

  "fuzz/": ["test/fuzz/fuzz.test.ts"],

  "images/micro/parts.ts": ["test/images/micro/build.real.test.ts"],
  "images/micro/replace-once.ts": ["test/images/micro/busybox.test.ts", "test/images/micro/dropbear.test.ts"],

  "isolated/": ["test/isolated/isolated.real.test.ts"],

  "soak/": ["test/soak/soak.test.ts"],

  "packager/": ["test/packaging/packages.real.test.ts"],

  "picture/quickstart-run.ts": ["test/picture/main.real.test.ts"],

  "server/audit/effects.ts": ["test/server/audit/audited.test.ts"],
  "server/audit/read-entries.ts": ["test/server/audit/audit-log.test.ts"],
  "server/audit/subject.ts": ["test/server/audit/audited.test.ts"],

  "protocol/tracing/open-telemetry.ts": ["test/protocol/tracing/start-tracing.test.ts"],
  "protocol/jump-host.ts": ["test/client/ssh/jump-host.test.ts"],
  "protocol/understood.ts": ["test/server/cloud/instances/unreachable.test.ts"],
  "protocol/package-folder.ts": ["test/cli/programs.test.ts"],
  "protocol/wire/check-message.ts": ["test/protocol/wire/message-scan.test.ts"],
  "protocol/methods/instance.ts": ["test/server/methods/calls/dispatch.test.ts"],
  "protocol/wire/message-flaw.ts": ["test/protocol/wire/message-scan.test.ts"],
  "protocol/wire/message-grammar.ts": ["test/protocol/wire/message-scan.test.ts"],
  "protocol/wire/message-tally.ts": ["test/protocol/wire/message-scan.test.ts"],
  "protocol/wire/message-text.ts": ["test/protocol/wire/message-scan.test.ts"],
  "protocol/methods/method.ts": ["test/server/methods/system.test.ts"],
  "protocol/wire/open-element.ts": ["test/protocol/wire/message-scan.test.ts"],
  "protocol/quota-amounts.ts": ["test/cli/commands/quotas.test.ts"],
  "protocol/package-version.ts": ["test/server/command-line.test.ts"],
  "protocol/wire/json/answers.ts": ["test/protocol/wire/json/client-messages.test.ts"],
  "protocol/wire/to-wire.ts": ["test/protocol/wire/codec.test.ts"],

  "provider/": ["test/provider/resources.test.ts", "test/provider/programs.real.test.ts"],
  "provider/hooks/": ["test/provider/hooks/", "test/provider/lifecycle.real.test.ts"],
  "provider/hooks/sdk/engine.ts": ["test/provider/kill.real.test.ts"],
  "provider/hooks/sdk/guard.ts": ["test/provider/failures.real.test.ts"],
  "provider/hooks/sdk/operation-span.ts": ["test/provider/traces.real.test.ts"],
  "provider/hooks/sdk/partial-failure.ts": ["test/provider/failures.real.test.ts"],
  "provider/hooks/sdk/progress.ts": ["test/provider/progress.real.test.ts"],
  "provider/hooks/sdk/quiet-error.ts": ["test/provider/failures.real.test.ts"],

  "quickstart/": ["test/quickstart/quickstart.real.test.ts"],
  "quickstart/pulumi-cli/": ["test/quickstart/pulumi-cli/", "test/quickstart/quickstart.real.test.ts"],

  "server/daemonise.ts": ["test/server/background.test.ts"],
  "server/log/log.ts": ["test/server/log-readers.test.ts", "test/server/daemon.test.ts"],
  "server/main.ts": ["test/server/command-line.test.ts"],
  "server/log/open-file.ts": ["test/server/background.test.ts", "test/server/state-folder.real.test.ts"],
  "server/serve.ts": ["test/server/daemon.test.ts"],
  "server/signals.ts": ["test/server/reload.test.ts"],
  "server/start-report.ts": ["test/server/background.test.ts"],

  "server/cloud/access/account.ts": ["test/server/methods/accounts.test.ts"],
  "server/cloud/access/digest.ts": ["test/server/cloud/access/access-tokens.test.ts"],
  "server/cloud/access/hidden-output.ts": ["test/server/methods/accounts.test.ts"],
  "server/cloud/images/image-accounts.ts": ["test/server/cloud/images/uploads.test.ts"],
  "server/cloud/access/quotas/": ["test/server/cloud/access/quotas/quotas.test.ts"],
  "server/cloud/access/refusals.ts": ["test/server/cloud/access/access-tokens.test.ts"],
  "server/cloud/access/require-role.ts": ["test/server/methods/roles.test.ts"],
  "server/cloud/access/rights.ts": ["test/server/methods/accounts.test.ts"],
  "server/cloud/access/understanding.ts": ["test/server/cloud/instances/unreachable.test.ts"],
  "server/cloud/access/token-file.ts": ["test/server/cloud/access/access-tokens.test.ts"],
  "server/user-setup/": ["test/server/user-setup/"],

  "server/support/files/sync.ts": ["test/server/support/files/json-file.test.ts"],
  "server/cloud/instances/records/journal-file.ts": [
    "test/server/cloud/instances/records/instance-records.test.ts",
  ],
  "server/cloud/instances/records/journal-lines.ts": [
    "test/server/cloud/instances/records/instance-records.test.ts",
  ],
  "server/cloud/instances/records/settlement-times.ts": [
    "test/server/cloud/instances/records/instance-records.test.ts",
  ],
  "server/cloud/instances/records/record-journal.ts": [
    "test/server/cloud/instances/records/instance-records.test.ts",
  ],
  "server/cloud/instances/records/record-files.ts": [
    "test/server/cloud/instances/records/instance-records.test.ts",
    "test/server/cloud/instances/recover.test.ts",
  ],
  "server/support/files/remove-file.ts": [
    "test/server/support/files/trusted-path.test.ts",
    "test/server/driver/lxc/claims/claims.real.test.ts",
  ],
  "server/support/because.ts": ["test/server/cloud/faults.test.ts"],
  "server/support/listen-failure.ts": ["test/server/daemon.test.ts"],
  "server/support/ordinary-user.ts": ["test/server/user-setup/"],
  "server/support/labels.ts": ["test/server/cloud/instances/instances.test.ts"],
  "server/support/measurements.ts": ["test/server/cloud/measured-driver.test.ts"],
  "server/metrics/late-metrics.ts": ["test/server/metrics/metrics.test.ts"],
  "server/cloud/ownership/claim.ts": ["test/server/methods/ownership.test.ts"],
  "server/cloud/ownership/claims.ts": ["test/server/methods/ownership.test.ts"],
  "server/cloud/lifetimes/clock.ts": ["test/server/daemon.test.ts"],
  "server/cloud/cloud.ts": ["test/server/cloud/instances/instances.test.ts"],
  "server/cloud/open-cloud.ts": ["test/server/cloud/instances/recover.test.ts"],
  "server/cloud/state/damaged-folder.ts": ["test/server/cloud/state/damaged-files.test.ts"],
  "server/cloud/state/damaged-name.ts": ["test/server/cloud/state/damaged-files.test.ts"],
  "server/cloud/fleets/": [
    "test/server/cloud/fleets/fleets.test.ts",
    "test/server/cloud/fleets/recover.test.ts",
  ],
  "server/cloud/network/hosts-lines.ts": ["test/server/cloud/network/host-names.test.ts"],
  "server/cloud/network/shared-hosts-file.ts": ["test/server/cloud/network/host-names.test.ts"],
  "server/cloud/instances/": [
    "test/server/cloud/instances/instances.test.ts",
    "test/server/cloud/faults.test.ts",
  ],
  "server/cloud/instances/user-data/log.ts": ["test/server/cloud/instances/user-data/user-data.test.ts"],
  "server/cloud/instances/wait-until-ready.ts": ["test/server/cloud/readiness.real.test.ts"],
  "server/cloud/instances/take-over.ts": ["test/server/cloud/take-over.real.test.ts"],
  "server/cloud/lifetimes/ttl-clock.ts": ["test/server/cloud/ttl.test.ts"],
  "server/cloud/lifetimes/ttl-reaper.ts": ["test/server/cloud/ttl.test.ts"],
  "server/cloud/fleets/fleet.ts": ["test/server/cloud/fleets/fleets.test.ts"],
  "server/cloud/instances/instance.ts": ["test/server/cloud/instances/instances.test.ts"],
  "server/cloud/preflight.ts": ["test/server/start-failure.test.ts"],
  "server/cloud/purge.ts": ["test/server/daemon.test.ts"],
  "server/cloud/instances/readiness/probe-of-rung.ts": ["test/server/cloud/readiness.real.test.ts"],
  "server/cloud/instances/start-after-reboot.ts": ["test/server/cloud/instances/recover.test.ts"],
  "server/support/refuse-other-server.ts": [
    "test/server/cloud/lifetimes/leases.test.ts",
    "test/server/cloud/keys.test.ts",
  ],
  "server/cloud/instances/user-data/logs.ts": ["test/server/cloud/instances/user-data/user-data.test.ts"],

  "server/driver/command-timeout.ts": ["test/server/driver/simulated/contract.test.ts"],
  "server/support/files/seen-folder.ts": ["test/server/driver/lxc/leftovers.real.test.ts"],
  "server/driver/kernel-hostname.ts": ["test/server/driver/lxc/configuration/configuration.test.ts"],
  "server/driver/shell-quote.ts": [
    "test/server/driver/openvz/parts.test.ts",
    "test/server/driver/lxc/exec.real.test.ts",
  ],
  "server/driver/read-inside.ts": ["test/server/driver/lxc/files.real.test.ts"],
  "server/driver/lxc/network/isolation/container-files.ts": [
    "test/server/driver/lxc/network/isolation/groups.test.ts",
  ],
  "server/driver/lxc/network/isolation/marks.ts": [
    "test/server/driver/lxc/network/isolation/address-owners.real.test.ts",
  ],
  "server/driver/lxc/": ["test/server/driver/lxc/contract.real.test.ts", "test/server/driver/lxc/"],
  "server/driver/incus/": [
    "test/server/driver/incus/incus.real.test.ts",
    "test/server/driver/incus/one-server.real.test.ts",
  ],
  "server/driver/write-inside.ts": ["test/server/driver/lxc/files.real.test.ts"],
  "server/driver/openvz/": ["test/server/driver/openvz/contract.real.test.ts", "test/server/driver/openvz/"],
  "server/driver/simulated/": ["test/server/driver/simulated/contract.test.ts"],
  "server/support/archives/block-reader.ts": ["test/server/support/archives/inspection.test.ts"],
  "server/support/archives/entry-checks.ts": ["test/server/support/archives/inspection.test.ts"],
  "server/support/archives/header-fields.ts": ["test/server/support/archives/inspection.test.ts"],
  "server/support/archives/tar-header.ts": ["test/server/support/archives/inspection.test.ts"],
  "server/support/archives/unpacked.ts": ["test/server/support/archives/inspect.test.ts"],

  "server/http/": ["test/server/http/listener.test.ts", "test/server/http/bad-requests.test.ts"],
  "server/methods/": ["test/server/methods/calls/dispatch.test.ts", "test/server/methods/"],

  "server/cloud/lifetimes/kept-leases.ts": ["test/server/cloud/lifetimes/leases.test.ts"],
  "testing/": ["test/testing/with-fleet.test.ts", "test/testing/with-fleet.real.test.ts"],
};
