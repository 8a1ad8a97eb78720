import assert from "node:assert/strict";
import { engineWords } from "../../../../../server/driver/lxc/commands/engine-words";

/** The output of LXC 5.0.2 when newuidmap failed; recorded. */
const failedStart = `lxc-start t1 20261122202048.433 ERROR    conf - ../src/lxc/conf.c:lxc_map_ids:3708 - newuidmap failed to write mapping "newuidmap: uid range [0-65536) -> [100000-165536) not allowed": newuidmap 14324 0 100000 65536
lxc-start t1 20261122202048.433 ERROR    start - ../src/lxc/start.c:lxc_spawn:1788 - Failed to set up id mapping.
lxc-start t1 20261122202048.433 ERROR    lxccontainer - ../src/lxc/lxccontainer.c:wait_on_daemonized_start:878 - Received container state "ABORTING" instead of "RUNNING"
lxc-start t1 20261122202048.433 ERROR    lxc_start - ../src/lxc/tools/lxc_start.c:main:306 - The container failed to start
lxc-start t1 20261122202048.434 ERROR    lxc_start - ../src/lxc/tools/lxc_start.c:main:309 - To get more details, run the container in foreground mode
lxc-start t1 20261122202048.434 ERROR    lxc_start - ../src/lxc/tools/lxc_start.c:main:311 - Additional information can be obtained by setting the --logfile and --logpriority options
lxc-start t1 20261122202048.434 ERROR    start - ../src/lxc/start.c:__lxc_start:2107 - Failed to spawn container "t1"
`;

describe("the engine's own message", () => {
  it("contains the causes in LXC's log, without the lines of every failure", () => {
    assert.equal(
      engineWords(failedStart),
      'newuidmap failed to write mapping "newuidmap: uid range [0-65536) -> [100000-165536) not allowed": newuidmap 14324 0 100000 65536; Failed to set up id mapping.; Failed to spawn container "t1"',
    );
  });

  it("is the same on standard error", () => {
    const text =
      "lxc-attach: t1: ../src/lxc/attach.c: get_attach_context: 406 Connection refused - Failed to get init pid\n";
    assert.equal(engineWords(text), "Connection refused - Failed to get init pid");
  });

  it("contains the lines of every failure if there are no others", () => {
    const text = "lxc-start: t1: ../src/lxc/tools/lxc_start.c: main: 306 The container failed to start\n";
    assert.equal(engineWords(text), "The container failed to start");
  });

  it("is one printable line of limited length", () => {
    assert.equal(
      engineWords("tar: a\u0007b\n\n  second  \nthird\nfourth\nthird\n"),
      "tar: a\ufffdb; second; third",
    );
    assert.equal(engineWords("x".repeat(10_000)).length, 601);
    assert.equal(engineWords(""), "");
  });
});
