import assert from "node:assert/strict";
import { sshProbe } from "../../../../../server/cloud/instances/readiness/ssh-probe";
import { assertMccError } from "../../../../support/assert-error";
import { localServers } from "../../../../support/http/local-servers";
import { reachBy } from "../../readiness/climbing";

describe("the wait for SSH", () => {
  const servers = localServers();

  it("ends when the banner arrives, even from a server that starts late", async () => {
    let connections = 0;
    const port = await servers.tcp((socket) => {
      connections += 1;
      if (connections > 2) {
        socket.write("SSH-2.0-test\r\n");
      }
      socket.end();
    });
    await reachBy(sshProbe(port));
    assert.equal(connections, 3);
  });

  it("skips a greeting, and joins the parts of a banner", async () => {
    const port = await servers.tcp((socket) => {
      socket.write("welcome\r\nSS");
      setImmediate(() => socket.end("H-2.0-test\r\n"));
    });
    await reachBy(sshProbe(port));
  });

  it("fails at the timeout with the last result", async () => {
    const stranger = await servers.tcp((socket) => socket.end("HTTP/1.1 400\r\n"));
    await assertMccError(
      reachBy(sshProbe(stranger), 50),
      "timeout",
      /last seen: an answer that is not SSH's/,
    );
    const closing = await servers.tcp((socket) => socket.end());
    await assertMccError(reachBy(sshProbe(closing), 50), "timeout", /the connection closed without a word/);
    const silent = await servers.tcp(() => undefined);
    await assertMccError(reachBy(sshProbe(silent), 50), "timeout", /a connection without a word/);
  });
});
