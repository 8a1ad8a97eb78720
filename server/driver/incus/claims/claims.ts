import { MccError } from "../../../../protocol/error";
import type { Claims, ContainerClaim } from "../../driver";
import type { Engine } from "../engine";
import { claimInstance } from "./claim";
import { WaitingShell } from "./waiting-shell";

/** The instances that are prepared for a claim, and their claims. */
export class IncusClaims implements Claims {
  readonly #prepared = new Map<number, WaitingShell>();

  constructor(private readonly engine: () => Promise<Engine>) {}

  /** The engine changes all limits of a running instance. */
  accepts(): boolean {
    return true;
  }

  async prepare(id: number): Promise<void> {
    const shell = await WaitingShell.open(await this.engine(), id);
    this.forget(id);
    this.#prepared.set(id, shell);
  }

  async claim(id: number, as: ContainerClaim): Promise<void> {
    const shell = this.#prepared.get(id);
    if (shell === undefined) {
      throw new MccError("conflict", `Container ${id} is not prepared for a claim.`);
    }
    this.#prepared.delete(id);
    try {
      await claimInstance(await this.engine(), id, shell, as);
    } finally {
      shell.close();
    }
  }

  /** For an instance that ends. */
  forget(id: number): void {
    this.#prepared.get(id)?.close();
    this.#prepared.delete(id);
  }

  close(): void {
    [...this.#prepared.keys()].forEach((id) => this.forget(id));
  }
}
