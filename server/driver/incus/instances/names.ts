/** The names that the engine shows for one daemon's instances. They differ between daemons. */
export class InstanceNames {
  readonly #prefix: string;

  constructor(serverId: string) {
    this.#prefix = `mc-${serverId.slice(0, 8)}-`;
  }

  of(id: number): string {
    return `${this.#prefix}${id}`;
  }

  /** Returns the id in a name; undefined for a name that is not from this daemon. */
  idOf(name: string): number | undefined {
    const digits = name.startsWith(this.#prefix) ? name.slice(this.#prefix.length) : "";
    return /^[1-9]\d*$/.test(digits) ? Number(digits) : undefined;
  }
}
