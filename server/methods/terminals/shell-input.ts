import { MccError } from "../../../protocol/error";

/** What a program in the instance may leave unread. A user does not type that much. */
const mostUnreadBytes = 4 * 1024 * 1024;
/** One call writes at most this much. */
const pieceBytes = 64 * 1024;

/** What was typed, until the shell has it. */
export class ShellInput {
  #unread = Buffer.alloc(0);
  #sent = 0;
  #isWriting = false;

  /** @param write sends a piece that begins at this byte. Returns how many bytes have arrived in all. */
  constructor(private readonly write: (offset: number, piece: Buffer) => Promise<number>) {}

  /** @throws MccError `exhausted` if the program reads nothing for long. */
  add(bytes: Buffer): void {
    this.#unread = Buffer.concat([this.#unread, bytes]);
    if (this.#unread.length > mostUnreadBytes) {
      throw new MccError("exhausted", "The program in the terminal does not read its input.");
    }
    if (!this.#isWriting) {
      this.#isWriting = true;
      // The end of the shell is reported by its output.
      void this.#writeAll()
        .catch(() => undefined)
        .finally(() => {
          this.#isWriting = false;
        });
    }
  }

  async #writeAll(): Promise<void> {
    while (this.#unread.length > 0) {
      const received = await this.write(this.#sent, this.#unread.subarray(0, pieceBytes));
      this.#unread = this.#unread.subarray(received - this.#sent);
      this.#sent = received;
    }
  }
}
