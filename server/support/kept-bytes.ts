const firstCapacity = 4096;

/**
 * Keeps the first bytes of many pieces, in one buffer of less than twice their length. A list of pieces would need
 * hundreds of bytes for each, and a writer can send a million pieces of one byte.
 */
export class KeptBytes {
  #buffer = Buffer.alloc(0);
  #length = 0;
  #dropped = false;

  constructor(private readonly mostBytes: number) {}

  /** Whether bytes after the limit were discarded. */
  get truncated(): boolean {
    return this.#dropped;
  }

  /** Copies the bytes up to the limit. */
  add(piece: Uint8Array): void {
    const length = Math.min(piece.length, this.mostBytes - this.#length);
    this.#dropped ||= length < piece.length;
    this.#reserve(this.#length + length);
    this.#buffer.set(piece.subarray(0, length), this.#length);
    this.#length += length;
  }

  /** Returns the bytes. The buffer is valid until `add` is called. */
  bytes(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  #reserve(length: number): void {
    if (length > this.#buffer.length) {
      const capacity = Math.max(length, Math.min(2 * this.#buffer.length, this.mostBytes), firstCapacity);
      const larger = Buffer.allocUnsafeSlow(capacity);
      larger.set(this.bytes());
      this.#buffer = larger;
    }
  }
}
