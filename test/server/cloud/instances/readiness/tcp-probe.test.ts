import { addressProbe, tcpProbe } from "../../../../../server/cloud/instances/readiness/tcp-probe";
import { assertMccError } from "../../../../support/assert-error";
import { freePort } from "../../../../support/daemons/stand-in-daemon";
import { localServers } from "../../../../support/http/local-servers";
import { reachBy } from "../../readiness/climbing";

describe("the wait for a port", () => {
  const servers = localServers();

  it("ends when a connection is accepted, even without data", async () => {
    await reachBy(tcpProbe(await servers.tcp(() => undefined)));
  });

  it("fails at the timeout if no program listens", async () => {
    await assertMccError(reachBy(tcpProbe(await freePort()), 50), "timeout", /last seen: ECONNREFUSED/);
  });

  it("ends for an address at any answer", async () => {
    await reachBy(addressProbe);
  });
});
