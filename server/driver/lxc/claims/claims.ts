import { MccError } from "../../../../protocol/error";
import type { InstanceType } from "../../../../protocol/methods/instance-type";
import type { Turns } from "../../../support/concurrency/turns";
import type { Claims, ContainerClaim } from "../../driver";
import { type Engine, requireContainer } from "../engine";
import { claimContainer } from "./claim";
import { PreparedContainer } from "./prepared-container";

/** The containers that are prepared for a claim, and their claims. */
export class LxcClaims implements Claims {
  readonly #prepared = new Map<number, PreparedContainer>();

  /**
   * @param run runs work that may start commands of the engine.
   * @param turns of the changes to containers.
   */
  constructor(
    private readonly run: <T>(work: (engine: Engine) => Promise<T>) => Promise<T>,
    private readonly turns: Turns<number>,
  ) {}

  /** A file system's own limit is changed by programs, which take longer than a new container. */
  accepts({ diskBytes }: InstanceType): boolean {
    return diskBytes === undefined;
  }

  async prepare(id: number): Promise<void> {
    await this.run(async (engine) => {
      const container = await requireContainer(engine, id);
      this.forget(id);
      this.#prepared.set(id, await PreparedContainer.open(engine, container));
      await engine.shells.prepare(container);
    });
  }

  async claim(id: number, as: ContainerClaim): Promise<void> {
    await this.run(async (engine) => {
      const prepared = this.#prepared.get(id);
      if (prepared === undefined) {
        throw new MccError("conflict", `Container ${id} is not prepared for a claim.`);
      }
      try {
        await this.turns.take(id, () => claimContainer(engine, engine.place.container(id), prepared, as));
      } finally {
        engine.shells.expireSoon(id);
        this.forget(id);
      }
    });
  }

  /** For a container that is claimed or ends. */
  forget(id: number): void {
    this.#prepared.get(id)?.close();
    this.#prepared.delete(id);
  }

  close(): void {
    [...this.#prepared.keys()].forEach((id) => this.forget(id));
  }
}
