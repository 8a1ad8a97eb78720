import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { execa } from "execa";
import { hardwareAddress } from "../../../../../../server/driver/hardware-address";
import { lxcHosts } from "../../../../../support/lxc/lxc-host";
import { linkLocalAddress, runInside } from "../../../../../support/lxc/network-inside";
import {
  type FrameHead,
  fragmentHeader,
  frame,
  ipv4Packet,
  ipv6Packet,
  sendFrames,
  tcp,
  tcpBegin,
  words,
} from "../../../../../support/lxc/raw-frames";
import { startContainer } from "../../../../../support/lxc/running-container";
import { eventually } from "../../../../../support/time/eventually";

const network = { address: "198.18.0.0", prefixLength: 24, gateway: "198.18.0.1", nat: false };

interface Ends {
  readonly source: string;
  readonly target: string;
  readonly source6: string;
  readonly target6: string;
}

interface Way {
  readonly title: string;
  /** Whether the kernel accepts a connection that begins in this way, without the rules. */
  readonly works: boolean;
  readonly tags?: FrameHead["tags"];
  /** Returns the packets. @param from the port of the sender. */
  readonly packets: (ends: Ends, from: number, to: number) => readonly Buffer[];
}

const begin6 = ({ source6, target6 }: Ends, from: number, to: number): Buffer =>
  tcpBegin(source6, target6, from, to);
const with6 = ({ source6, target6 }: Ends, type: number, payload: Buffer): Buffer =>
  ipv6Packet(source6, target6, type, payload);
const begin4 = ({ source, target }: Ends, from: number, to: number): Buffer =>
  tcpBegin(source, target, from, to);
const options6 = words(tcp * 256, 0x0104, 0, 0);
const plain4: Way["packets"] = (ends, from, to) => [
  ipv4Packet(ends.source, ends.target, begin4(ends, from, to)),
];
const plain6: Way["packets"] = (ends, from, to) => [with6(ends, tcp, begin6(ends, from, to))];

/** Each begins a connection. */
const ways: readonly Way[] = [
  { title: "IPv4", works: true, packets: plain4 },
  { title: "IPv4 in VLAN 0", works: true, tags: [[0x8100, 0]], packets: plain4 },
  { title: "IPv4 in VLAN 0 of a provider", works: true, tags: [[0x88a8, 0]], packets: plain4 },
  {
    title: "IPv4 in two VLANs",
    works: true,
    tags: [
      [0x88a8, 0],
      [0x8100, 0],
    ],
    packets: plain4,
  },
  { title: "IPv4 in VLAN 7", works: false, tags: [[0x8100, 7]], packets: plain4 },
  {
    title: "IPv4 with options",
    works: true,
    packets: (ends, from, to) => [
      ipv4Packet(ends.source, ends.target, begin4(ends, from, to), { options: Buffer.from([1, 1, 1, 0]) }),
    ],
  },
  {
    title: "fragments of IPv4",
    works: true,
    packets: (ends, from, to) => {
      const segment = begin4(ends, from, to);
      return [
        ipv4Packet(ends.source, ends.target, segment.subarray(8), { fragment: 1 }),
        ipv4Packet(ends.source, ends.target, segment.subarray(0, 8), { fragment: 0x2000 }),
      ];
    },
  },
  {
    title: "fragments of IPv4 that overlap",
    works: false,
    packets: (ends, from, to) => {
      const segment = begin4(ends, from, to);
      return [
        ipv4Packet(ends.source, ends.target, segment.subarray(0, 16), { fragment: 0x2000 }),
        ipv4Packet(ends.source, ends.target, segment.subarray(8), { fragment: 1 }),
      ];
    },
  },
  { title: "IPv6", works: true, packets: plain6 },
  { title: "IPv6 in VLAN 0", works: true, tags: [[0x8100, 0]], packets: plain6 },
  ...[0, 60].map((type) => ({
    title: `IPv6 with options of type ${type}`,
    works: true,
    packets: (ends: Ends, from: number, to: number) => [
      with6(ends, type, Buffer.concat([options6, begin6(ends, from, to)])),
    ],
  })),
  {
    title: "IPv6 with eight headers of options",
    works: true,
    packets: (ends, from, to) => {
      const more = Array.from({ length: 7 }, () => words(60 * 256, 0x0104, 0, 0));
      return [with6(ends, 60, Buffer.concat([...more, options6, begin6(ends, from, to)]))];
    },
  },
  {
    title: "IPv6 as a single fragment",
    works: true,
    packets: (ends, from, to) => [
      with6(ends, 44, Buffer.concat([fragmentHeader(tcp, 0, false, from), begin6(ends, from, to)])),
    ],
  },
  {
    title: "fragments of IPv6",
    works: true,
    packets: (ends, from, to) => {
      const segment = tcpBegin(ends.source6, ends.target6, from, to, Buffer.alloc(12));
      return [
        with6(ends, 44, Buffer.concat([fragmentHeader(tcp, 0, true, from), segment.subarray(0, 24)])),
        with6(ends, 44, Buffer.concat([fragmentHeader(tcp, 24, false, from), segment.subarray(24)])),
      ];
    },
  },
  {
    title: "fragments of IPv6 that divide the head",
    works: false,
    packets: (ends, from, to) => {
      const segment = begin6(ends, from, to);
      return [
        with6(ends, 44, Buffer.concat([fragmentHeader(tcp, 0, true, from), segment.subarray(0, 8)])),
        with6(ends, 44, Buffer.concat([fragmentHeader(tcp, 8, false, from), segment.subarray(8)])),
      ];
    },
  },
  {
    title: "fragments of IPv6 of which the first has no port",
    works: false,
    packets: (ends, from, to) => [
      with6(ends, 44, Buffer.concat([fragmentHeader(60, 0, true, from), options6])),
      with6(ends, 44, Buffer.concat([fragmentHeader(60, 8, false, from), begin6(ends, from, to)])),
    ],
  },
  {
    title: "fragments of IPv6 that overlap",
    works: false,
    packets: (ends, from, to) => {
      const segment = tcpBegin(ends.source6, ends.target6, from, to, Buffer.alloc(12));
      return [
        with6(ends, 44, Buffer.concat([fragmentHeader(tcp, 0, true, from), segment.subarray(0, 24)])),
        with6(ends, 44, Buffer.concat([fragmentHeader(tcp, 16, false, from), segment.subarray(16)])),
      ];
    },
  },
];

describe("packets of LXC containers that rules could miss", function () {
  this.timeout(120_000);
  const host = lxcHosts({ network });
  let server: Server | undefined;
  afterEach(async () => {
    const listening = server;
    server = undefined;
    if (listening !== undefined) {
      await new Promise((resolve) => listening.close(resolve));
      await execa("nft", ["delete", "table", "inet", "count"], { reject: false });
    }
  });

  /** Sends a beginning by each way, from ports that follow the first. */
  async function sendAll(
    id: number,
    ends: Ends,
    hardware: string,
    firstPort: number,
    to: number,
  ): Promise<void> {
    const head = { to: hardware, from: hardwareAddress(ends.source) };
    const frames = ways.flatMap(({ tags = [], packets }, index) =>
      packets(ends, firstPort + index, to).map((packet) =>
        frame({ ...head, tags }, (packet[0] ?? 0) >> 4 === 4 ? 0x0800 : 0x86dd, packet),
      ),
    );
    await sendFrames(host(), id, frames);
    // Arrives after them.
    await runInside(host(), id, "sh", "-c", `busybox ping -c 1 -W 1 ${network.gateway} || true`);
  }

  it("begin no connection to the closed port of the host, in none of the ways that the kernel accepts", async () => {
    await startContainer(host(), 500);
    const { bridge, bridgeHardwareAddress } = host().place;
    server = createServer((socket) => socket.destroy()).listen(0, "::");
    await once(server, "listening");
    const address = server.address();
    assert.ok(typeof address === "object" && address !== null);
    const { port } = address;
    const answered = `tcp sport ${port} tcp flags & (syn | ack) == syn | ack`;
    const set = "set seen { typeof tcp dport; flags dynamic; size 1000; }";
    const chain = `chain output { type filter hook output priority 0; ${answered} add @seen { tcp dport };\n }`;
    await execa("nft", ["-f", "-"], { input: `table inet count { ${set}\n ${chain}\n }\n` });
    const answeredFrom = async (firstPort: number): Promise<string[]> => {
      const { stdout } = await execa("nft", ["list", "set", "inet", "count", "seen"]);
      const ports = [...stdout.matchAll(/\b(\d{5})\b/g)].map(([text]) => Number(text));
      return ways.filter((_, index) => ports.includes(firstPort + index)).map(({ title }) => title);
    };
    let target6 = "";
    await eventually(async () => {
      const words = ["-6", "-o", "address", "show", "dev", bridge, "scope", "link", "-tentative"];
      [, target6 = ""] = /inet6 (fe80:[^/]+)/.exec((await execa("ip", words)).stdout) ?? [];
      return target6 !== "";
    }, "the host has a link-local address");
    const source6 = await linkLocalAddress(host(), 500);
    const ends = { source: "198.18.0.100", target: network.gateway, source6, target6 };

    const working = ways.filter(({ works }) => works).map(({ title }) => title);
    await eventually(async () => {
      await sendAll(500, ends, bridgeHardwareAddress, 40_000, port);
      return (await answeredFrom(40_000)).length >= working.length;
    }, "the host answers");
    assert.deepEqual(await answeredFrom(40_000), working);

    await host().driver.closePort?.(port);
    await sendAll(500, ends, bridgeHardwareAddress, 41_000, port);
    assert.deepEqual(await answeredFrom(41_000), []);
  });

  it("do not arrive in a container of another group", async () => {
    await startContainer(host(), 500, { networkGroup: "a" });
    await startContainer(host(), 501, { networkGroup: "b" });
    await startContainer(host(), 502, { networkGroup: "a" });
    const target6 = await linkLocalAddress(host(), 500);
    const segments = async (): Promise<number> => {
      const text = await runInside(host(), 500, "cat", "/proc/net/snmp");
      const [names = [], values = []] = text
        .split("\n")
        .filter((line) => line.startsWith("Tcp:"))
        .map((line) => line.split(" "));
      return Number(values[names.indexOf("InSegs")]);
    };
    const sendFrom = async (id: number): Promise<void> => {
      const source6 = await linkLocalAddress(host(), id);
      const ends = { source: `198.18.0.${id - 400}`, target: "198.18.0.100", source6, target6 };
      await sendAll(id, ends, hardwareAddress("198.18.0.100"), 40_000, 22);
    };
    const before = await segments();
    await sendFrom(501);
    assert.equal(await segments(), before);
    const working = ways.filter(({ works }) => works).length;
    await eventually(async () => {
      await sendFrom(502);
      return (await segments()) >= before + working;
    }, "those of its own group arrive");
  });
});
