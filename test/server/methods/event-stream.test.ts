import assert from "node:assert/strict";
import { MccError } from "../../../protocol/error";
import { type Caller, localAdmin } from "../../../server/cloud/access/caller";
import { shares } from "../../../server/cloud/access/shares";
import { Events } from "../../../server/cloud/events/events";
import { eventStreams } from "../../../server/methods/event-stream";

function refuse(work: () => unknown): MccError {
  try {
    work();
  } catch (error) {
    assert.ok(MccError.isInstance(error));
    return error;
  }
  return assert.fail("it was accepted");
}

const follower = { see: () => undefined, caughtUp: () => undefined };
const web = { id: 500, uid: "0".repeat(32), name: "web", image: "micro", labels: { role: "a=b", tier: "" } };

function seenBy(query: string): string[] {
  const events = new Events();
  const seen: string[] = [];
  eventStreams(events)({ caller: localAdmin, query: new URLSearchParams(query), lastEventId: undefined })({
    ...follower,
    see: ({ kind, instance }) => seen.push(`${kind} ${instance?.name ?? ""}`),
  });
  events.tell("created", web);
  events.tell("ready", web);
  events.tell("created", { ...web, id: 501, name: "db", labels: {} });
  return seen;
}

describe("requests for a stream of events", () => {
  it("select by the query", () => {
    assert.deepEqual(seenBy(""), ["created web", "ready web", "created db"]);
    assert.deepEqual(seenBy("instance=db"), ["created db"]);
    assert.deepEqual(seenBy("instance=500&kind=ready"), ["ready web"]);
    assert.deepEqual(seenBy("kind=ready&kind=created&label=role%3Da%3Db&label=tier%3D"), [
      "created web",
      "ready web",
    ]);
  });

  it("are refused for what they do not have", () => {
    const open = eventStreams(new Events());
    for (const query of [
      "colour=red",
      "kind=born",
      "instance=a&instance=b",
      "after=x",
      "after=a-1&after=a-2",
      "label=",
      "fleet=A%20b",
      "constructor=1",
    ]) {
      const { code, message } = refuse(() =>
        open({ caller: localAdmin, query: new URLSearchParams(query), lastEventId: undefined }),
      );
      assert.deepEqual([code, message.startsWith("GET /events: ")], ["invalid", true], query);
    }
    refuse(() => open({ caller: localAdmin, query: new URLSearchParams(), lastEventId: "0" }));
  });

  it("are limited for each account, except for admins", () => {
    const open = eventStreams(new Events());
    const ask = (caller: Caller): (() => void) =>
      open({ caller, query: new URLSearchParams(), lastEventId: undefined })(follower);
    for (const caller of [
      { account: "ann", role: "user" },
      { account: "board", role: "reader" },
    ] as const) {
      const ends = Array.from({ length: shares["event stream"] }, () => ask(caller));
      assert.equal(refuse(() => ask(caller)).code, "exhausted");
      ends[0]?.();
      ask(caller);
    }
    Array.from({ length: 2 * shares["event stream"] }, () => ask(localAdmin));
  });
});
