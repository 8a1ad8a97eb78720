import assert from "node:assert/strict";
import { commands } from "../../../../../server/driver/openvz/commands/command";
import { generationOf } from "../../../../../server/driver/openvz/configuration/generation";
import type { MemoryModel } from "../../../../../server/driver/openvz/configuration/memory-model";
import { limitOptions } from "../../../../../server/driver/openvz/limits";

const target = { id: 501, ctid: "501" };
const creation = {
  image: "debian-12",
  sample: "basic",
  ipAddress: "198.18.0.7",
  hostname: "web.test",
  name: "web",
};
const [v4, v7] = [generationOf("vzctl version 4.11.1\n"), generationOf("vzctl v.7.0.264\n")];
const making = { id: 501, uid: "0123456789abcdef0123456789abcdef", description: "minicloud" };

describe("the engine's commands", () => {
  const line = ({ program, words }: { program: string; words: readonly string[] }): string =>
    [program, ...words].join(" ");

  for (const [command, expected] of [
    [commands.version(), "vzctl --version"],
    [commands.list(), "vzlist -a -j -o ctid,status,ip,hostname,name,ostemplate,description"],
    [
      commands.create(target, creation, ["--layout", "simfs"]),
      "vzctl create 501 --ostemplate debian-12 --config basic --ipadd 198.18.0.7 --hostname web.test --name web --layout simfs",
    ],
    [commands.set(target, ["--name", "other"]), "vzctl set 501 --name other --save"],
    [commands.start(target), "vzctl start 501"],
    [commands.askToStop(target, 1000), "vzctl stop 501"],
    [commands.kill(target), "vzctl stop 501 --fast"],
    [commands.mount(target), "vzctl mount 501"],
    [commands.unmount(target), "vzctl umount 501"],
    [commands.destroy(target), "vzctl destroy 501"],
  ] as const) {
    it(expected, () => assert.equal(line(command), expected));
  }

  it("differ between the generations in a table", () => {
    assert.deepEqual(v4.ctids(making), ["501", "1000501", "2000501", "3000501"]);
    assert.deepEqual(v7.ctids(making), ["01234567-89ab-cdef-0123-456789abcdef"]);
    assert.deepEqual(
      [v4.createOptions({ ...making, ctid: "501" }), v4.setOptions(making)],
      [[], ["--description", "minicloud"]],
    );
    const [ctid = ""] = v7.ctids(making);
    assert.deepEqual(
      [v7.createOptions({ ...making, ctid }), v7.setOptions(making)],
      [["--uuid", ctid, "--description", "minicloud"], []],
    );
  });

  it("are not guessed for another version", () => {
    assert.throws(() => generationOf("vzctl version 6.0.1"), {
      code: "unavailable",
      message: /6\.0\.1.*4, 7, 8, 9/,
    });
    assert.throws(() => generationOf("command not found"), { code: "unavailable" });
  });

  it("set limits with the options of the generation and the kernel, and only those that differ", () => {
    const type = { name: "small", memoryBytes: 512 * 1024 ** 2, cpus: 1.5, processes: 512 };
    const options = (generation: typeof v4, memory: MemoryModel, has?: typeof type): string =>
      limitOptions(type, { generation, memory, has }).join(" ");
    const rest = "--cpulimit 150 --numproc 512:512";
    const memory = "--physpages 131072:131072 --swappages 0:0";
    const kernelMemory = "--kmemsize unlimited";
    assert.equal(options(v4, "control-groups"), `${memory} ${rest} ${kernelMemory}`);
    assert.equal(options(v4, "beancounters"), `--privvmpages 131072:131072 ${rest}`);
    assert.equal(options(v4, "vswap"), `--ram 536870912 --swap 0 ${rest}`);
    assert.equal(options(v7, "vswap"), `--ram 536870912 ${rest}`);
    const other = { ...type, processes: 100 };
    assert.equal(options(v4, "vswap", other), "--numproc 512:512");
    assert.equal(options(v4, "control-groups", other), `${memory} --numproc 512:512 ${kernelMemory}`);
    // Also the limits of the sample itself.
    assert.equal(options(v4, "control-groups", type), `${memory} --numproc 512:512 ${kernelMemory}`);
    assert.equal(options(v4, "vswap", type), "");
    assert.equal(options(v7, "control-groups"), `--ram 536870912 ${rest}`);
    const limited = { ...type, diskBytes: 5_000_000 };
    const disk = limitOptions(limited, { generation: v4, memory: "vswap", has: type });
    assert.deepEqual(disk, ["--diskspace", "4883:4883"]);
  });

  it("set an unlimited resource so that vzctl still starts the container", () => {
    const options = (memory: MemoryModel): string =>
      limitOptions({ name: "unlimited" }, { generation: v4, memory }).join(" ");
    const rest = "--cpulimit 0 --numproc unlimited:unlimited";
    const most = "2251799813685247:2251799813685247";
    assert.equal(
      options("control-groups"),
      `--physpages ${most} --swappages 0:0 ${rest} --kmemsize unlimited`,
    );
    assert.equal(options("beancounters"), `--privvmpages unlimited ${rest}`);
    assert.equal(options("vswap"), `--ram unlimited --swap 0 ${rest}`);
  });
});
