import assert from "node:assert/strict";
import { connect } from "../../../client/client";
import { followEvents } from "../../../client/workflows/follow-events";
import { assertMccError } from "../../support/assert-error";
import { inProcessDaemons } from "../../support/daemons/in-process-daemon";
import { standInDaemons } from "../../support/daemons/stand-in-daemon";
import { testDaemons } from "../../support/daemons/test-daemon";
import { eventually } from "../../support/time/eventually";

const once = { waitFor: "running", waitSeconds: 10 } as const;

describe("followEvents", () => {
  const newInProcess = inProcessDaemons();
  const newDaemon = testDaemons();
  const newStandIn = standInDaemons();

  it("passes on what happens until the loop ends, and continues after an event", async () => {
    const { client } = await newInProcess();
    const seen: string[] = [];
    let lastId: string | undefined;
    let made = Promise.resolve<unknown>(undefined);
    const onOpen = (): void => {
      made = client.call("instance.create", { name: "web", ...once });
    };
    for await (const { id, kind, instance } of followEvents(client, { instance: "web" }, { onOpen })) {
      seen.push(`${kind} ${instance?.name ?? ""}`);
      lastId ??= id;
      if (kind === "ready") {
        break;
      }
    }
    await made;
    assert.deepEqual(seen, ["created web", "ready web"]);
    for await (const { kind } of followEvents(client, {}, { after: lastId })) {
      assert.equal(kind, "ready");
      break;
    }
  });

  it("outlasts a restart of the daemon, and tells that events were missed", async () => {
    const daemon = await newDaemon();
    await daemon.start();
    const client = await daemon.client();
    const seen: string[] = [];
    const end = new AbortController();
    let opened = 0;
    const following = (async (): Promise<void> => {
      const options = { signal: end.signal, onOpen: () => (opened += 1) };
      for await (const { kind } of followEvents(client, { kinds: ["created", "missed"] }, options)) {
        seen.push(kind);
      }
    })();
    await eventually(() => opened === 1, "the stream is open");
    await client.call("instance.create", { name: "one", ...once });
    await eventually(() => seen.length === 1, "the instance is created");
    await daemon.kill();
    await daemon.start();
    await eventually(() => opened === 2, "the stream is open again");
    await client.call("instance.create", { name: "two", ...once });
    await eventually(() => seen.length >= 3, "the other instance is created");
    end.abort(new Error("enough"));
    await assert.rejects(following, /enough/);
    assert.deepEqual(seen, ["created", "missed", "created"]);
    await daemon.stop();
  });

  it("ends with the token, and is refused by a daemon of an earlier release", async () => {
    const { client, url } = await newInProcess();
    const { token } = await client.call("accessToken.add", { name: "ann", role: "user" });
    const ann = connect({ server: url, token });
    const revoke = (): void => void client.call("accessToken.revoke", { name: "ann" });
    const events = followEvents(ann, {}, { onOpen: revoke });
    await assertMccError(events.next(), "unauthenticated", /not valid/);
    const old = await newStandIn({});
    await assertMccError(
      followEvents(connect({ server: old.url })).next(),
      "invalid",
      /too old to report events/,
    );
  });
});
