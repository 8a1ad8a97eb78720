import assert from "node:assert/strict";
import { keptEvents, type MinicloudEvent } from "../../../../protocol/methods/event";
import { type Caller, localAdmin } from "../../../../server/cloud/access/caller";
import { type EventfulInstance, Events } from "../../../../server/cloud/events/events";

const web: EventfulInstance = {
  id: 500,
  uid: "0".repeat(32),
  name: "web",
  image: "micro",
  labels: { role: "web" },
};
const ann: Caller = { account: "ann", role: "user" };
const reader: Caller = { account: "board", role: "reader" };
const all = { limit: keptEvents };

function kinds(events: readonly MinicloudEvent[]): string[] {
  return events.map(({ kind, instance, fleet }) => `${kind} ${instance?.name ?? fleet ?? ""}`.trim());
}

describe("the events of a daemon", () => {
  it("are listed from the oldest, and selected by instance, fleet, kind and label", () => {
    const events = new Events();
    events.tell("created", web);
    events.tell("created", { ...web, id: 501, name: "db-1", labels: {}, fleet: { name: "db" } });
    events.tellOfFleet("extended", { name: "db", labels: { team: "a" } });
    events.tell("ready", web);
    const listed = (filter: object): string[] => kinds(events.list(localAdmin, { ...all, ...filter }));
    assert.deepEqual(listed({}), ["created web", "created db-1", "extended db", "ready web"]);
    assert.deepEqual(listed({ limit: 1 }), ["ready web"]);
    assert.deepEqual(listed({ instance: "web" }), ["created web", "ready web"]);
    assert.deepEqual(listed({ instance: 501 }), ["created db-1"]);
    assert.deepEqual(listed({ fleet: "db" }), ["created db-1", "extended db"]);
    assert.deepEqual(listed({ kinds: ["ready", "extended"] }), ["extended db", "ready web"]);
    assert.deepEqual(listed({ labels: { role: "web" } }), ["created web", "ready web"]);
    assert.deepEqual(listed({ labels: { team: "a" } }), ["extended db"]);
    const [first] = events.list(localAdmin, { ...all, after: undefined });
    assert.deepEqual(listed({ after: first?.id }), ["created db-1", "extended db", "ready web"]);
  });

  it("are shown to users of the same account, and to admins and readers", () => {
    const events = new Events();
    events.tell("created", web);
    events.tell("created", { ...web, name: "ann-1", account: "ann" });
    assert.deepEqual(kinds(events.list(ann, all)), ["created ann-1"]);
    assert.equal(events.list(reader, all).length, 2);
    const seen: MinicloudEvent[] = [];
    const stop = events.follow(ann, {}, undefined, {
      see: (event) => seen.push(event),
      caughtUp: () => undefined,
    });
    events.tell("destroyed", web);
    events.tell("destroyed", { ...web, name: "ann-1", account: "ann" });
    stop();
    events.tell("destroyed", { ...web, name: "ann-2", account: "ann" });
    assert.deepEqual(kinds(seen), ["destroyed ann-1"]);
  });

  it("hide from readers a reason that may quote a program's output", () => {
    const events = new Events();
    events.tell("failed", web, { text: "it printed: password", quotes: true });
    events.tell("failed", web, { text: "the engine failed", quotes: false });
    const [quoting, plain] = events.list(reader, all);
    assert.match(quoting?.reason ?? "", /^The reason may quote/);
    assert.equal(plain?.reason, "the engine failed");
    assert.equal(events.list(localAdmin, all)[0]?.reason, "it printed: password");
  });

  it("are kept up to a number; a client that asks for lost ones is told", () => {
    const events = new Events();
    events.tell("created", web);
    const [first] = events.list(localAdmin, all);
    for (let count = 0; count < keptEvents; count += 1) {
      events.tell("extended", web);
    }
    assert.equal(events.list(localAdmin, all).length, keptEvents);
    assert.deepEqual(kinds(events.list(localAdmin, { ...all, after: first?.id })).slice(0, 1), [
      "extended web",
    ]);
    events.tell("ready", web);
    const late = events.list(localAdmin, { limit: keptEvents + 1, after: first?.id });
    assert.deepEqual([late[0]?.kind, late.length], ["missed", keptEvents + 1]);
    // A client that continues after it gets the first event that is left.
    assert.equal(events.list(localAdmin, { ...all, after: late[0]?.id }).length, keptEvents);
  });

  it("have ids of one daemon's life", () => {
    const earlier = new Events(1_000_000);
    earlier.tell("created", web);
    const [known] = earlier.list(localAdmin, all);
    const later = new Events(2_000_000);
    later.tell("ready", web);
    assert.deepEqual(kinds(later.list(localAdmin, { ...all, after: known?.id })), ["missed", "ready web"]);
    assert.deepEqual(kinds(later.list(localAdmin, { ...all, after: "zz-9" })), ["missed", "ready web"]);
  });

  it("tell a follower first what was kept after its last one", () => {
    const events = new Events(1_000_000);
    events.tell("created", web);
    events.tell("claimed", web);
    const [first] = events.list(localAdmin, all);
    const seen: string[] = [];
    events.follow(localAdmin, { kinds: ["claimed", "ready"] }, first?.id, {
      see: ({ kind }) => seen.push(kind),
      caughtUp: (id) => seen.push(id),
    });
    events.tell("extended", web);
    events.tell("ready", web);
    assert.deepEqual(seen, ["claimed", `${(1_000_000).toString(36)}-2`, "ready"]);
  });
});
