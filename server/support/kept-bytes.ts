const firstCapacity = 4096;

/**
 * The beginning of what comes in pieces, in one buffer of less than twice its length: a list of pieces would take
 * hundreds of bytes for each, and a writer can make a million of a byte each.
 */
export class KeptBytes {
  #buffer = Buffer.alloc(0);
  #length = 0;
  #dropped = false;

  constructor(private readonly mostBytes: number) {}

  /** Whether something came past the limit. */
  get truncated(): boolean {
    return this.#dropped;
  }

  /** Copies what fits. */
  add(piece: Uint8Array): void {
    const length = Math.min(piece.length, this.mostBytes - this.#length);
    this.#dropped ||= length < piece.length;
    this.#reserve(this.#length + length);
    this.#buffer.set(piece.subarray(0, length), this.#length);
    this.#length += length;
  }

  /** Good until more is added. */
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
