import type { Duplex } from "node:stream";
import { MccError, messageOf } from "../../../../protocol/error";

/** The types of packets, version 3 of the protocol. */
const types = {
  ...{ init: 1, version: 2, open: 3, close: 4, write: 6, lstat: 7, setstat: 9, fsetstat: 10 },
  ...{ remove: 13, mkdir: 14, status: 101, handle: 102, attributes: 105 },
} as const;
const version = 3;
const statusOk = 0;
const statusNoFile = 2;
/** WRITE, CREAT and EXCL: an existing file or link is never opened. */
const openNew = 0x2 | 0x8 | 0x20;
const hasSize = 1;
const hasOwner = 2;
const hasMode = 4;
const formatBits = 0o170000;
const folderFormat = 0o040000;
/** Servers need not accept longer ones. */
const mostBytesOfWrite = 32 * 1024;
const mostBytesOfPacket = 1024 * 1024;
const headerBytes = 4;

/** A refusal of the server. */
export class SftpError extends MccError {
  constructor(
    readonly status: number,
    /** The server's own words. */
    readonly words: string,
  ) {
    super("engine", `The files of the instance cannot be changed: ${words || `status ${status}`}.`);
  }

  get isMissing(): boolean {
    return this.status === statusNoFile;
  }
}

interface Packet {
  readonly type: number;
  readonly body: Buffer;
}

interface Waiting {
  readonly resolve: (packet: Packet) => void;
  readonly reject: (error: Error) => void;
}

/** A session of SFTP with the part of the protocol that writes files. Requests need not wait for each other's answers. */
export class SftpSession {
  readonly #waiting = new Map<number, Waiting>();
  #received = Buffer.alloc(0);
  #lastId = 0;
  #failure: Error | undefined;
  /** Set until the server has answered the greeting, which has no id. */
  #greeting: Waiting | undefined;

  private constructor(private readonly stream: Duplex) {
    stream.on("data", (data: Buffer) => this.#take(data));
    stream.once("error", (error) => this.#end(error));
    stream.once("close", () => this.#end(new MccError("engine", "The connection to the files was closed.")));
  }

  /** @throws MccError. */
  static async open(stream: Duplex): Promise<SftpSession> {
    const session = new SftpSession(stream);
    await new Promise<Packet>((resolve, reject) => {
      session.#greeting = { resolve, reject };
      session.#send(types.init, number(version));
    });
    return session;
  }

  close(): void {
    this.stream.destroy();
  }

  /** Returns whether a folder is there, or something else, which may be a link; undefined for nothing. */
  async kindOf(path: string): Promise<"folder" | "other" | undefined> {
    try {
      const { body } = await this.#request(types.lstat, text(path));
      const flags = body.readUInt32BE(0);
      const at = 4 + ((flags & hasSize) === 0 ? 0 : 8) + ((flags & hasOwner) === 0 ? 0 : 8);
      return (body.readUInt32BE(at) & formatBits) === folderFormat ? "folder" : "other";
    } catch (error) {
      if (error instanceof SftpError && error.isMissing) {
        return undefined;
      }
      throw error;
    }
  }

  /** Removes a file, a link or an empty folder. Nothing is a success. */
  async remove(path: string): Promise<void> {
    await this.#request(types.remove, text(path)).catch((error: unknown) => {
      if (!(error instanceof SftpError && error.isMissing)) {
        throw error;
      }
    });
  }

  /** Creates a folder of root. */
  async makeFolder(path: string, mode: number): Promise<void> {
    await Promise.all([
      this.#request(types.mkdir, text(path), attributes(mode)),
      this.#request(types.setstat, text(path), attributes(mode)),
    ]);
  }

  /** Creates a file of root. @throws SftpError if something is there. */
  async create(path: string, mode: number, content: Uint8Array): Promise<void> {
    const { body } = await this.#request(types.open, text(path), number(openNew), attributes(mode));
    const handle = data(body.subarray(headerBytes, headerBytes + body.readUInt32BE(0)));
    const writes: Promise<unknown>[] = [];
    for (let at = 0; at < content.length; at += mostBytesOfWrite) {
      const part = content.subarray(at, at + mostBytesOfWrite);
      writes.push(this.#request(types.write, handle, number(0), number(at), data(part)));
    }
    // Before its content arrives, nobody else can read it.
    await Promise.all([this.#request(types.fsetstat, handle, attributes(mode)), ...writes]);
    await this.#request(types.close, handle);
  }

  async #request(type: number, ...parts: readonly Buffer[]): Promise<Packet> {
    if (this.#failure !== undefined) {
      throw this.#failure;
    }
    this.#lastId += 1;
    const id = this.#lastId;
    const packet = await new Promise<Packet>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#send(type, number(id), ...parts);
    });
    if (packet.type === types.status) {
      const status = packet.body.readUInt32BE(0);
      if (status !== statusOk) {
        const length = packet.body.length >= 8 ? packet.body.readUInt32BE(4) : 0;
        throw new SftpError(status, packet.body.toString("utf8", 8, 8 + length));
      }
    }
    return packet;
  }

  #send(type: number, ...parts: readonly Buffer[]): void {
    const body = Buffer.concat([Buffer.from([type]), ...parts]);
    this.stream.write(Buffer.concat([number(body.length), body]));
  }

  #take(received: Buffer): void {
    this.#received = Buffer.concat([this.#received, received]);
    while (this.#received.length >= headerBytes) {
      const length = this.#received.readUInt32BE(0);
      if (length < headerBytes + 1 || length > mostBytesOfPacket) {
        this.stream.destroy(new MccError("engine", "The engine's answer about files is not SFTP."));
        return;
      }
      if (this.#received.length < headerBytes + length) {
        return;
      }
      const packet = this.#received.subarray(headerBytes, headerBytes + length);
      this.#received = this.#received.subarray(headerBytes + length);
      this.#answer(packet);
    }
  }

  #answer(packet: Buffer): void {
    const type = packet.readUInt8(0);
    const body = packet.subarray(5);
    if (type === types.version) {
      this.#greeting?.resolve({ type, body });
      this.#greeting = undefined;
      return;
    }
    const id = packet.readUInt32BE(1);
    this.#waiting.get(id)?.resolve({ type, body });
    this.#waiting.delete(id);
  }

  #end(error: Error): void {
    this.#failure ??= MccError.isInstance(error)
      ? error
      : new MccError("engine", `The connection to the files broke off: ${messageOf(error)}.`, {
          cause: error,
        });
    const failure = this.#failure;
    this.#greeting?.reject(failure);
    this.#waiting.forEach(({ reject }) => reject(failure));
    this.#waiting.clear();
  }
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function data(bytes: Uint8Array): Buffer {
  return Buffer.concat([number(bytes.length), bytes]);
}

function text(value: string): Buffer {
  return data(Buffer.from(value));
}

/** Those of something that belongs to root. */
function attributes(mode: number): Buffer {
  return Buffer.concat([number(hasOwner | hasMode), number(0), number(0), number(mode)]);
}
