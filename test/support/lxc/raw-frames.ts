import { execa } from "execa";
import ipaddr from "ipaddr.js";
import type { LxcHost } from "./lxc-host";
import { inNetworkOf } from "./network-inside";

/** Sends each line of its input, a frame in hexadecimal digits, through eth0. Node has no sockets for frames. */
const sender = `
socket(my $socket, 17, 3, 0) or die "no socket: $!";
my $request = pack("a16 x24", "eth0");
ioctl($socket, 0x8933, $request) or die "no eth0: $!";
my $to = pack("S n i S C C a8", 17, 3, unpack("x16 i", $request), 0, 0, 6, "");
while (my $line = <STDIN>) {
  chomp $line;
  defined(send($socket, pack("H*", $line), 0, $to)) or die "not sent: $!";
}`;

/** Sends Ethernet frames from a container, as root in it can. */
export async function sendFrames(host: LxcHost, id: number, frames: readonly Buffer[]): Promise<void> {
  const [nsenter = "", ...words] = await inNetworkOf(host, id);
  const input = frames.map((frame) => `${frame.toString("hex")}\n`).join("");
  await execa(nsenter, [...words, "perl", "-e", sender], { input });
}

/** The parts of a frame in front of its packet. */
export interface FrameHead {
  readonly to: string;
  readonly from: string;
  /** The types and numbers of VLAN tags: `[0x8100, 0]`. */
  readonly tags?: readonly (readonly [number, number])[];
}

export const broadcast = "ff:ff:ff:ff:ff:ff";

/** Returns a frame with a packet. @param type of the packet: 0x0800 for IPv4. */
export function frame({ to, from, tags = [] }: FrameHead, type: number, packet: Buffer): Buffer {
  return Buffer.concat([
    hardware(to),
    hardware(from),
    ...tags.map(([tag, id]) => words(tag, id)),
    words(type),
    packet,
  ]);
}

/** Returns an ARP answer that says that an address is at a hardware address. @param hardwareType 1: Ethernet. */
export function arpAnswer(address: string, at: string, hardwareType = 1): Buffer {
  const sender = [hardware(at), ip(address)];
  return Buffer.concat([words(hardwareType, 0x0800, 0x0604, 2), ...sender, hardware(broadcast), ip(address)]);
}

/** Extension headers, and the type of the first. */
interface ExtensionHeaders {
  readonly type: number;
  readonly headers: Buffer;
}

/** Returns an unsolicited neighbour advertisement to all nodes. */
export function advertisement(
  source: string,
  target: string,
  at: string,
  between?: ExtensionHeaders,
): Buffer {
  const message = Buffer.concat([words(0x8800, 0, 0x2000, 0), ip(target), Buffer.from([2, 1]), hardware(at)]);
  return icmpv6Packet(source, "ff02::1", message, between);
}

/** Returns a packet with an ICMPv6 message, into which it writes the checksum. */
export function icmpv6Packet(
  source: string,
  target: string,
  message: Buffer,
  between: ExtensionHeaders = { type: icmpv6, headers: Buffer.alloc(0) },
): Buffer {
  const pseudo = Buffer.concat([ip(source), ip(target), words(0, message.length, 0, icmpv6)]);
  message.writeUInt16BE(checksum(Buffer.concat([pseudo, message])), 2);
  return ipv6Packet(source, target, between.type, Buffer.concat([between.headers, message]));
}

/** Returns a packet with the hop limit 255. @param type of the payload. */
export function ipv6Packet(source: string, target: string, type: number, payload: Buffer): Buffer {
  return Buffer.concat([words(0x6000, 0, payload.length, type * 256 + 255), ip(source), ip(target), payload]);
}

export const icmpv6 = 58;

/** Returns 16-bit numbers in the byte order of networks. */
export function words(...numbers: readonly number[]): Buffer {
  return Buffer.from(numbers.flatMap((number) => [number >> 8, number & 0xff]));
}

function hardware(address: string): Buffer {
  return Buffer.from(address.replaceAll(":", ""), "hex");
}

function ip(address: string): Buffer {
  return Buffer.from(ipaddr.parse(address).toByteArray());
}

/** Returns the Internet checksum (RFC 1071) of an even number of bytes. */
function checksum(bytes: Buffer): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) {
    sum += bytes.readUInt16BE(at);
  }
  while (sum > 0xffff) {
    sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  }
  return ~sum & 0xffff;
}

/** Returns a TCP segment that begins a connection. @param data even in length; the receiver ignores it. */
export function tcpBegin(
  source: string,
  target: string,
  from: number,
  to: number,
  data: Buffer = Buffer.alloc(0),
): Buffer {
  const segment = Buffer.concat([words(from, to, 0, 1, 0, 0, 0x5002, 0xffff, 0, 0), data]);
  const pseudo = Buffer.concat([ip(source), ip(target), words(0, segment.length, 0, tcp)]);
  segment.writeUInt16BE(checksum(Buffer.concat([pseudo, segment])), 16);
  return segment;
}

export const tcp = 6;

/** Returns an IPv4 packet. @param fragment its place, in eight bytes, and 0x2000 if more follow. */
export function ipv4Packet(
  source: string,
  target: string,
  payload: Buffer,
  { fragment = 0, options = Buffer.alloc(0) }: { readonly fragment?: number; readonly options?: Buffer } = {},
): Buffer {
  const length = 20 + options.length;
  const head = Buffer.concat([
    words((0x40 + length / 4) * 256, length + payload.length, source.length, fragment, 64 * 256 + tcp, 0),
    ip(source),
    ip(target),
    options,
  ]);
  head.writeUInt16BE(checksum(head), 10);
  return Buffer.concat([head, payload]);
}

/** Returns the fragment header of IPv6. @param place in bytes. */
export function fragmentHeader(type: number, place: number, more: boolean, id: number): Buffer {
  return words(type * 256, place + (more ? 1 : 0), 0, id);
}
