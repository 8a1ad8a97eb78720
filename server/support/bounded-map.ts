/** Remembers the latest entries, and forgets the oldest past a number. */
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
