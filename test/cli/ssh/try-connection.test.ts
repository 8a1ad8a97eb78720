import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { tryConnection } from "../../../cli/ssh/try-connection";

describe("a tried connection", () => {
  it("tells whether a port accepts it, and why not", async () => {
    const server = createServer((socket) => socket.destroy()).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    assert.equal(await tryConnection("127.0.0.1", port, 5000), undefined);
    server.close();
    await once(server, "close");
    assert.equal(await tryConnection("127.0.0.1", port, 5000), "ECONNREFUSED");
    // A broadcast address accepts no connection, and no packet is sent.
    assert.match((await tryConnection("255.255.255.255", 22, 5000)) ?? "", /^E[A-Z]+$/);
  });
});
