import { MccError } from "../../../../protocol/error";
import type { Claims, ContainerClaim, ContainerFile, ContainerSpec } from "../../driver";
import type { Engine } from "../engine";
import { filesOfOwner } from "../guest/system-files";
import { claimInstance } from "./claim";
import { ClaimedShells } from "./claimed-shells";
import { WaitingShell } from "./waiting-shell";

/** The instances that are prepared for a claim, and their claims. */
export class IncusClaims implements Claims {
  readonly #prepared = new Map<number, WaitingShell>();
  readonly #claimed = new ClaimedShells();
  /** The files that instances without an owner were created with. */
  readonly #files = new Map<number, readonly ContainerFile[]>();

  constructor(private readonly engine: () => Promise<Engine>) {}

  /** The engine changes all limits of a running instance. */
  accepts(): boolean {
    return true;
  }

  /** Remembers an instance that can be claimed later. */
  created(spec: ContainerSpec): void {
    if (spec.unclaimed === true) {
      this.#files.set(spec.id, filesOfOwner(spec));
    }
  }

  async prepare(id: number): Promise<void> {
    const shell = await WaitingShell.open(await this.engine(), id);
    this.#prepared.get(id)?.close();
    this.#prepared.set(id, shell);
  }

  async claim(id: number, as: ContainerClaim): Promise<void> {
    const shell = this.#prepared.get(id);
    if (shell === undefined) {
      throw new MccError("conflict", `Container ${id} is not prepared for a claim.`);
    }
    const former = this.#files.get(id) ?? [];
    this.#prepared.delete(id);
    this.#files.delete(id);
    try {
      await claimInstance(await this.engine(), id, { shell, former }, as);
      this.#claimed.add(id, shell);
    } catch (error) {
      shell.close();
      throw error;
    }
  }

  /** For an instance that ends. */
  forget(id: number): void {
    this.#prepared.get(id)?.close();
    this.#prepared.delete(id);
    this.#files.delete(id);
    this.#claimed.end(id);
  }

  close(): void {
    this.#claimed.endAll();
    [...this.#prepared.keys()].forEach((id) => this.forget(id));
  }
}
