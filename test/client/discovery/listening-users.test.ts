import assert from "node:assert/strict";
import { listeningUsers, usersIn } from "../../../client/discovery/listening-users";
import { freePort, standInDaemons } from "../../support/daemons/stand-in-daemon";

const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 4242 1
   1: 00000000:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4243 1
   2: 0100007F:1F90 0100007F:C001 01 00000000:00000000 00:00000000 00000000  1001        0 4244 1
   3: 0100007F:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4245 1
`;

describe("the users that listen at a port", () => {
  const startDaemon = standInDaemons();

  it("are those of the listening sockets in the kernel's table, not of its connections", () => {
    assert.deepEqual(usersIn(table, 8080), [1000, 0]);
    assert.deepEqual(usersIn(table, 22), [0]);
    assert.deepEqual(usersIn(table, 443), []);
  });

  it("include the user of a real listener", async () => {
    const { port } = await startDaemon();
    assert.deepEqual(await listeningUsers(port), [process.getuid?.()]);
    assert.deepEqual(await listeningUsers(await freePort()), []);
  });
});
