import { useEffect, useState } from "preact/hooks";

/** A value that components follow. */
export class Observable<T> {
  #value: T;
  readonly #followers = new Set<() => void>();

  constructor(value: T) {
    this.#value = value;
  }

  get value(): T {
    return this.#value;
  }

  set(value: T): void {
    if (value !== this.#value) {
      this.#value = value;
      this.#followers.forEach((follower) => follower());
    }
  }

  follow(follower: () => void): () => void {
    this.#followers.add(follower);
    return () => void this.#followers.delete(follower);
  }
}

/** Returns the value, and renders the component again when it changes. */
export function useValue<T>(observable: Observable<T>): T {
  const [, setValue] = useState<T>(observable.value);
  useEffect(() => {
    setValue(() => observable.value);
    return observable.follow(() => setValue(() => observable.value));
  }, [observable]);
  return observable.value;
}
