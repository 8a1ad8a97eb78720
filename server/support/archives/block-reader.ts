import { blockBytes } from "./tar-header";

/** Splits the chunks of an archive into pieces of requested sizes, and keeps at most one piece in memory. */
export class BlockReader {
  #skip = 0;
  #wanted = blockBytes;
  #pieces: Buffer[] = [];
  #read = 0;

  /** @param onPiece gets the next block, or the piece that `want` requested. */
  constructor(private readonly onPiece: (bytes: Buffer) => void) {}

  /** The number of bytes that were taken. */
  get read(): number {
    return this.#read;
  }

  /** Skips the data of an entry and the padding of its last block. */
  skipData(bytes: number): void {
    this.#skip = bytes + paddingOf(bytes);
  }

  /** Sets the size of the next piece. */
  want(bytes: number): void {
    this.#wanted = bytes;
  }

  /** Skips the padding of the last block of a piece. */
  skipPadding(bytes: number): void {
    this.#skip = paddingOf(bytes);
  }

  take(chunk: Buffer): void {
    for (let offset = 0; offset < chunk.length; ) {
      if (this.#skip > 0) {
        const skipped = Math.min(this.#skip, chunk.length - offset);
        this.#skip -= skipped;
        this.#read += skipped;
        offset += skipped;
        continue;
      }
      const piece = chunk.subarray(offset, offset + this.#wanted);
      this.#wanted -= piece.length;
      this.#read += piece.length;
      offset += piece.length;
      this.#pieces.push(piece);
      if (this.#wanted === 0) {
        this.#give(piece);
      } else {
        // Copied, because the whole chunk would be kept for its last bytes, and its owner may fill it again.
        this.#pieces[this.#pieces.length - 1] = Buffer.from(piece);
      }
    }
  }

  #give(last: Buffer): void {
    const bytes = this.#pieces.length === 1 ? last : Buffer.concat(this.#pieces);
    this.#pieces = [];
    this.#wanted = blockBytes;
    this.onPiece(bytes);
  }
}

function paddingOf(size: number): number {
  return (blockBytes - (size % blockBytes)) % blockBytes;
}
