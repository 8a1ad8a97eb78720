import { addressProbe, tcpProbe } from "../../../../../server/cloud/instances/readiness/tcp-probe";
import { assertMccError } from "../../../../support/assert-error";
import { freePort } from "../../../../support/daemons/stand-in-daemon";
import { localServers } from "../../../../support/http/local-servers";
import { reachBy } from "../../readiness/climbing";

describe("waiting for a port", () => {
  const servers = localServers();

  it("ends when a connection is taken, though nothing is said", async () => {
    await reachBy(tcpProbe(await servers.tcp(() => undefined)));
  });

  it("runs out where nobody listens", async () => {
    await assertMccError(reachBy(tcpProbe(await freePort()), 50), "timeout", /last seen: ECONNREFUSED/);
  });

  it("for an address, ends when it answers in any way", async () => {
    await reachBy(addressProbe);
  });
});
