import { blockBytes } from "./tar-header";

/** Cuts the chunks of an archive into the pieces that are asked for, and keeps no more than one of these. */
export class BlockReader {
  #skip = 0;
  #wanted = blockBytes;
  #pieces: Buffer[] = [];
  #read = 0;

  /** @param onPiece gets the next block, or what `want` asked for. */
  constructor(private readonly onPiece: (bytes: Buffer) => void) {}

  /** How many bytes were taken. */
  get read(): number {
    return this.#read;
  }

  /** Passes over the data of an entry, with what fills its last block. */
  skipData(bytes: number): void {
    this.#skip = bytes + paddingOf(bytes);
  }

  /** The next piece is so long; what fills its last block is passed over once it has come. */
  want(bytes: number): void {
    this.#wanted = bytes;
  }

  /** Passes over what fills the last block of a piece. */
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
        // The chunk would be kept whole for the sake of its last bytes, and its owner may fill it again.
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
