import assert from "node:assert/strict";
import { followEvents, type MinicloudEvent } from "../../../client";
import { testDaemons } from "../../support/daemons/test-daemon";
import { send } from "../../support/http/raw-http";
import { eventually } from "../../support/time/eventually";

const count = 200;

describe("a fleet of 200 that is watched", function () {
  this.timeout(120_000);
  const newDaemon = testDaemons();

  it("has each of its events once and in order, and leaves nothing in the metrics", async () => {
    const daemon = await newDaemon();
    await daemon.start();
    const client = await daemon.client();
    const headers = { authorization: `Bearer ${await daemon.token()}` };
    const instances = async (): Promise<number> => {
      const { status, body } = await send(daemon.url, { method: "GET", path: "/metrics", headers });
      assert.equal(status, 200);
      const values = [...body.matchAll(/^minicloud_instances\{.*\} (\d+)$/gm)];
      return values.reduce((sum, [, value]) => sum + Number(value), 0);
    };
    const seen: MinicloudEvent[] = [];
    const stop = new AbortController();
    const opened = new Promise<void>((onOpen) => {
      void (async () => {
        for await (const event of followEvents(client, {}, { signal: stop.signal, onOpen })) {
          seen.push(event);
        }
      })().catch(() => undefined);
    });
    await opened;

    await client.call("fleet.apply", { name: "load", count, image: "micro" });
    const scraped: number[] = [];
    const scraping = (async () => {
      for (let scrape = 0; scrape < 20; scrape += 1) {
        scraped.push(await instances());
      }
    })();
    await client.call("fleet.wait", { fleet: "load", timeoutSeconds: 60 });
    await scraping;
    assert.equal(await instances(), count);
    await client.call("fleet.destroy", { fleet: "load" });
    await eventually(
      () => seen.filter(({ kind }) => kind === "destroyed").length === count,
      "the follower has the end of each member",
    );
    stop.abort();

    assert.ok(scraped.every((value) => value >= 0 && value <= count));
    assert.equal(await instances(), 0);
    const byMember = new Map<string, string[]>();
    for (const { kind, instance } of seen) {
      const name = instance?.name ?? kind;
      byMember.set(name, [...(byMember.get(name) ?? []), kind]);
    }
    assert.equal(byMember.size, count);
    for (const [name, kinds] of byMember) {
      assert.deepEqual(kinds, ["created", "ready", "destroyed"], name);
    }
    assert.equal(new Set(seen.map(({ id }) => id)).size, seen.length);
  });
});
