import assert from "node:assert/strict";
import pino from "pino";
import sinon from "sinon";
import { localAdmin } from "../../../../server/cloud/access/caller";
import { openListener } from "../../../../server/http/listener";
import { createDispatch } from "../../../../server/methods/calls/dispatch";
import { eventStreams } from "../../../../server/methods/event-stream";
import { adminDispatch } from "../../../support/daemons/admin-dispatch";
import { testClouds } from "../../../support/daemons/test-cloud";
import { type TestDaemon, testDaemons } from "../../../support/daemons/test-daemon";
import { noMetrics } from "../../../support/http/no-metrics";
import { loginLines } from "../../../support/login-lines";
import { eventually } from "../../../support/time/eventually";
import { answer, assertFault, call, int, members, struct, text, yes } from "../raw-call";

describe("the first MiniCloud's methods", () => {
  const newDaemon = testDaemons();
  let daemon: TestDaemon;
  before(async () => {
    daemon = await newDaemon({ words: ["--allow-anonymous", "-r", "198.18.0.2-198.18.0.4"] });
    await daemon.start();
  });
  afterEach(async () => {
    const client = await daemon.client();
    const instances = await client.call("instance.list", {});
    await Promise.all(instances.map(({ id }) => client.call("instance.destroy", { instance: id })));
  });

  const run = (...parameters: string[]): Promise<string> =>
    answer(daemon.url, "openvz.run_instance", ...parameters);
  const list = (...parameters: string[]): Promise<string> =>
    answer(daemon.url, "openvz.get_instances", ...parameters);
  const runningSoon = (id: string): Promise<void> =>
    eventually(async () => (await list()).includes(`<string>${id}</string>`), "the instance runs");
  const idOf = (answered: string): string => /<int>(\d+)<\/int>/.exec(answered)?.[1] ?? assert.fail(answered);

  it("get_images and get_instance_types return arrays of strings", async () => {
    assert.equal(
      await answer(daemon.url, "openvz.get_images"),
      "<array><data><value><string>micro</string></value></data></array>",
    );
    assert.match(
      await answer(daemon.url, "openvz.get_instance_types"),
      /^<array><data><value><string>basic<\/string><\/value><value><string>large<\/string><\/value>(<value><string>[a-z]+<\/string><\/value>)+<\/data><\/array>$/,
    );
  });

  it("run_instance returns an int and an address, get_instances strings", async () => {
    const started = await run(text("micro"), text("light"), text(""), text("my-web-server"));
    assert.match(started, /^<struct>/);
    assert.deepEqual(
      members(started).map((member) => member.replace(/\d+$/, "")),
      ["id int ", "ip string 198.18.0."],
    );
    const id = idOf(started);
    await runningSoon(id);
    const [ip] = /198\.18\.0\.\d/.exec(started) ?? [];
    assert.deepEqual(members(await list()), [
      `id string ${id}`,
      `ip string ${ip}`,
      "status string running",
      "ostemplate string micro",
      "name string my-web-server",
    ]);
  });

  it("run_instance converts a name in OpenVZ's syntax into a valid one", async () => {
    const names = ["My_web 1", "2012"];
    const ids = await Promise.all(
      names.map(async (name) => idOf(await run(text("micro"), text("Basic"), text(""), text(name)))),
    );
    await Promise.all(ids.map(runningSoon));
    const listed = members(await list()).filter((member) => member.startsWith("name "));
    assert.deepEqual(listed.sort(), ["name string mcc-2012", "name string my-web-1"]);
  });

  it("type, key and name are optional, and may be empty", async () => {
    const ids = [
      idOf(await run(text("micro"))),
      idOf(await run(text("micro"), text("basic"))),
      idOf(await run(text("micro"), text("basic"), text(""))),
    ];
    await Promise.all(ids.map(runningSoon));
    await assertFault(
      call(daemon.url, "openvz.run_instance", text("micro")),
      2,
      "Uncaught exception Do not have any more free leases! in method openvz.run_instance",
    );
  });

  it("the instance's host name is mcc-id-<id>.localdomain, and its key file has the given text", async () => {
    const lines = ["ssh-dss AAAAB3NzaC1kc3MAAACBAJ old", 'from="198.18.0.0/15" ssh-rsa AAAAB3NzaC1yc2E me'];
    const id = idOf(await run(text("micro"), text("basic"), text(`${lines.join("\n")}\n`), text("")));
    await runningSoon(id);
    const client = await daemon.client();
    const read = async (...command: string[]): Promise<string> => {
      const { stdout } = await client.call("instance.exec", { instance: Number(id), command });
      return Buffer.from(stdout, "base64").toString();
    };
    assert.equal(await read("hostname"), `mcc-id-${id}.localdomain\n`);
    assert.equal(loginLines(await read("cat", "/root/.ssh/authorized_keys")), `${lines.join("\n")}\n`);
  });

  it("a key that was given as text stays when the named keys change", async () => {
    const id = Number(idOf(await run(text("micro"), text("basic"), text("ssh-rsa AAAAB3NzaC1yc2E me"))));
    await runningSoon(String(id));
    const client = await daemon.client();
    await client.call("instance.update", { instance: id, keys: [] });
    const command = ["cat", "/root/.ssh/authorized_keys"];
    const { stdout } = await client.call("instance.exec", { instance: id, command });
    assert.equal(loginLines(Buffer.from(stdout, "base64").toString()), "ssh-rsa AAAAB3NzaC1yc2E me\n");
  });

  it("get_instances shows stopped instances only on request", async () => {
    const id = idOf(await run(text("micro")));
    await runningSoon(id);
    await (await daemon.client()).call("instance.stop", { instance: Number(id) });
    assert.deepEqual(members(await list()), []);
    assert.deepEqual(members(await list(struct({}))), []);
    assert.ok(members(await list(struct({ all: yes }))).includes("status string stopped"));
    assert.ok(members(await list(struct({ all: int(1) }))).includes("status string stopped"));
    assert.deepEqual(members(await list(struct({ instance: text("") }))), []);
    assert.ok(members(await list(struct({ instance: text(id) }))).includes(`id string ${id}`));
    assert.ok(members(await list(struct({ instance: int(Number(id)) }))).includes(`id string ${id}`));
    assert.deepEqual(members(await list(struct({ instance: text("499") }))), []);
    assert.deepEqual(members(await list(struct({ instance: text("web") }))), []);
  });

  it("destroy_instance takes a string or an int and returns true", async () => {
    const ids = [idOf(await run(text("micro"))), idOf(await run(text("micro")))];
    const [one = "", other = ""] = ids;
    assert.equal(await answer(daemon.url, "openvz.destroy_instance", text(one)), "<boolean>1</boolean>");
    assert.equal(
      await answer(daemon.url, "openvz.destroy_instance", int(Number(other))),
      "<boolean>1</boolean>",
    );
    await eventually(async () => members(await list(struct({ all: yes }))).length === 0, "both are gone");
  });

  describe("faults", () => {
    const uncaught = (method: string, message: string): string =>
      `Uncaught exception ${message} in method openvz.${method}`;
    const cases: [name: string, method: string, parameters: string[], message: string][] = [
      ["an unknown type", "run_instance", [text("micro"), text("huge")], "Instance type huge not found"],
      ["an unknown image", "run_instance", [text("gentoo")], "Image template gentoo not found!"],
      [
        "both: the type is checked first",
        "run_instance",
        [text("gentoo"), text("")],
        "Instance type  not found",
      ],
      ["an id that does not exist", "destroy_instance", [int(499)], "Instance ID not found"],
      ["an id that is not a number", "destroy_instance", [text("web")], "Instance ID not found"],
      ["an empty id", "destroy_instance", [text("")], "Instance ID not found"],
      ["an id in a struct", "destroy_instance", [struct({ toString: int(1) })], "Instance ID not found"],
      [
        "an id in an array",
        "destroy_instance",
        ["<value><array><data/></array></value>"],
        "Instance ID not found",
      ],
    ];
    for (const [name, method, parameters, message] of cases) {
      it(name, () =>
        assertFault(call(daemon.url, `openvz.${method}`, ...parameters), 2, uncaught(method, message)),
      );
    }

    it("parameters of a wrong type, and invalid names, are reported", async () => {
      await assertFault(
        call(daemon.url, "openvz.run_instance", int(1)),
        2,
        /^Uncaught exception .* in method openvz\.run_instance$/,
      );
      await assertFault(
        call(
          daemon.url,
          "openvz.run_instance",
          text("micro"),
          text("basic"),
          text("-----BEGIN RSA PRIVATE KEY-----"),
        ),
        2,
        /private key/,
      );
      await assertFault(call(daemon.url, "openvz.get_instances", int(1)), 2, /^Uncaught exception /);
    });

    for (const [method, ...parameters] of [
      ["get_images", text("micro")],
      ["run_instance"],
      ["run_instance", ...Array.from({ length: 5 }, () => text(""))],
      ["destroy_instance"],
      ["start_instance", text("500")],
      ["get_instances", struct({}), struct({})],
    ]) {
      it(`${method} with ${parameters.length} parameters does not exist`, () =>
        assertFault(
          call(daemon.url, `openvz.${method}`, ...parameters),
          1,
          `Method openvz.${method} missing or wrong number of parameters!`,
        ));
    }
  });

  it("a missing token is a fault with the HTTP status 401", async () => {
    const strict = await newDaemon();
    await strict.start();
    await assertFault(
      call(strict.url, "openvz.get_images"),
      401,
      /requires its token, and the request has none/,
    );
  });
});

describe("run_instance of the first MiniCloud", () => {
  const newCloud = testClouds();
  afterEach(() => sinon.restore());

  it("returns when the engine has created the instance, before it is ready", async () => {
    const { cloud, driver } = await newCloud();
    let letStart: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      letStart = resolve;
    });
    const start = driver.start.bind(driver);
    sinon.stub(driver, "start").callsFake(async (id) => {
      await gate;
      await start(id);
    });
    const log = pino({ level: "silent" });
    const dispatch = createDispatch(cloud, log);
    const listener = await openListener({
      address: "127.0.0.1",
      port: 0,
      callerOf: () => localAdmin,
      dispatch,
      eventsOf: eventStreams(cloud.events),
      metrics: noMetrics,
      log,
    });
    const url = `http://127.0.0.1:${listener.port}`;
    try {
      assert.match(await answer(url, "openvz.run_instance", text("micro")), /<int>500<\/int>/);
      assert.equal((await driver.list()).length, 1);
      assert.deepEqual(members(await answer(url, "openvz.get_instances")), []);
      letStart();
      await eventually(
        async () => (await answer(url, "openvz.get_instances")).includes("running"),
        "it is up",
      );
    } finally {
      letStart();
      await listener.close();
    }
  });

  it("reports the engine's error, and nothing is left", async () => {
    const { cloud, driver } = await newCloud();
    sinon.stub(driver, "create").rejects(new Error("disk full"));
    const dispatch = adminDispatch(cloud, pino({ level: "silent" }));
    await assert.rejects(dispatch("openvz.run_instance", ["micro"]), {
      fault: 2,
      message: /^Uncaught exception Instance 500 .*"create" failed: disk full.*undone\. in method openvz/,
    });
    assert.deepEqual(await cloud.instances.list(localAdmin, {}), []);
  });
});
