import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Moment, momentOf } from "../../../testing/timeline/moment";
import { timelineOf } from "../../../testing/timeline/timeline";
import { startFleet, withFleet } from "../../../testing/with-fleet";
import { inProcessDaemons } from "../../support/daemons/in-process-daemon";
import { temporaryFolders } from "../../support/files/temporary-folder";

const startMs = Date.parse("2026-01-01T00:00:00Z");

function moment(afterMs: number, who: string, what: string, state?: Moment["state"]): Moment {
  return { atMs: startMs + afterMs, who, what, state };
}

describe("the timeline of a fleet", () => {
  it("has a line for each moment, in the order of their times", () => {
    const { text } = timelineOf("web", [
      moment(1500, "web-1", "exec a\u001b[31m\nb: exit code 0"),
      moment(0, "web-1", "created", "pending"),
      moment(20, "web-10", "ready", "running"),
    ]);
    assert.equal(
      text,
      [
        "Timeline of fleet web, in seconds since 2026-01-01T00:00:00.000Z:",
        "    0.000  web-1   created",
        "    0.020  web-10  ready",
        "    1.500  web-1   exec a [31m b: exit code 0",
      ].join("\n"),
    );
    assert.equal(timelineOf("web", []).text, "Timeline of fleet web: nothing is known.");
  });

  it("is a picture with a row for each host, in the order of their numbers, and no markup of others", () => {
    const { svg } = timelineOf("web", [
      moment(0, "web-10", "created", "pending"),
      moment(0, "web-2", "created", "pending"),
      moment(500, "web-2", "ready", "running"),
      moment(1000, "web-2", 'died: </title><script>alert("1")</script>\u0000', "down"),
      moment(2000, "web-2", "destroyed", "gone"),
    ]);
    const names = [...svg.matchAll(/<text[^>]*>(web-\d+)</g)].map(([, name]) => name);
    assert.deepEqual(names, ["web-2", "web-10"]);
    const colours = [...svg.matchAll(/<rect x="([\d.]+)"[^>]*fill="(#[b3c][^"]+)"/g)].map(([, x, colour]) => [
      x,
      colour,
    ]);
    assert.deepEqual(colours, [
      ["160", "#b8b8b8"],
      ["339", "#3a9a5c"],
      ["518", "#c8453c"],
      ["160", "#b8b8b8"],
    ]);
    assert.match(svg, /died: &lt;\/title&gt;&lt;script&gt;alert\(&quot;1&quot;\)&lt;\/script&gt; <\/title>/);
    assert.doesNotMatch(svg, /<script|\0/);
    assert.match(timelineOf("web", []).svg, /^<svg[^]*<\/svg>\n$/);
  });

  it("tells the state of a host after each event", () => {
    const event = { id: "a-1", time: "2026-01-01T00:00:00.000Z", fleet: "web" } as const;
    assert.deepEqual(momentOf({ ...event, kind: "expired", reason: "its TTL expired" }), {
      ...moment(0, "web", "expired: its TTL expired"),
    });
    const instance = { id: 500, uid: "", name: "web-1", image: "micro" };
    assert.deepEqual(momentOf({ ...event, kind: "died", instance }), moment(0, "web-1", "died", "down"));
  });
});

describe("a test with a fleet", function () {
  this.timeout(60_000);
  const newDaemon = inProcessDaemons();
  const newFolder = temporaryFolders();

  it("that fails has the timeline in its error, and in the folder that it names", async () => {
    const { url, cloud } = await newDaemon();
    const folder = join(await newFolder(), "reports");
    const args = {
      server: url,
      token: cloud.identity.token,
      count: 2,
      namePrefix: "load",
      timelineFolder: folder,
    };
    const failure = new Error("the page is empty");
    await assert.rejects(
      withFleet(args, async (fleet) => {
        const [first] = fleet.hosts;
        assert.ok(first);
        await fleet.exec(first, ["sh", "-c", "exit 3"]);
        await fleet.kill(first);
        throw failure;
      }),
      failure,
    );
    const { stack = "", message } = failure;
    assert.equal(message, "the page is empty");
    assert.match(stack, /the page is empty[^]*\n {4}at [^]*\n\nTimeline of fleet load, in seconds since /);
    assert.match(stack, /load-2 {2}ready\n/);
    assert.match(stack, /load-1 {2}exec sh -c exit 3: exit code \d+\n +[\d.]+ {2}load-1 {2}stopped\n/);
    assert.deepEqual((await readdir(folder)).sort(), ["load.svg", "load.txt"]);
    assert.match(await readFile(join(folder, "load.svg"), "utf8"), /^<svg/);
    assert.ok(stack.includes(await readFile(join(folder, "load.txt"), "utf8")));
  });

  it("keeps its own error where the timeline cannot be shown", async () => {
    const { url, cloud } = await newDaemon();
    const args = { server: url, token: cloud.identity.token, timelineFolder: "/dev/null/reports" };
    const failure = new Error("the page is empty");
    await assert.rejects(
      withFleet(args, () => {
        throw failure;
      }),
      failure,
    );
    assert.match(failure.stack ?? "", /The timeline of the fleet cannot be shown: ENOTDIR/);
    const frozen = new Error("frozen");
    Object.freeze(frozen);
    await assert.rejects(
      withFleet({ server: url, token: cloud.identity.token }, () => {
        throw frozen;
      }),
      frozen,
    );
  });

  it("can ask for its timeline at any time, also after its end", async () => {
    const { url, cloud } = await newDaemon();
    const fleet = await startFleet({ server: url, token: cloud.identity.token, namePrefix: "one" });
    assert.match((await fleet.timeline()).text, /one-1 {2}ready$/);
    await fleet.destroy();
    assert.match((await fleet.timeline()).text, /one-1 {2}destroyed$/);
  });
});
