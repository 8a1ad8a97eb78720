/** A map with a maximal number of entries. A new one removes the oldest. */
export class BoundedMap<K, V> extends Map<K, V> {
  constructor(private readonly most: number) {
    super();
  }

  override set(key: K, value: V): this {
    super.set(key, value);
    const oldest = this.keys().next();
    if (this.size > this.most && !oldest.done) {
      this.delete(oldest.value);
    }
    return this;
  }
}
