import fc from "fast-check";

/** A change of bytes at a relative position. */
export interface Mutation {
  readonly change: Change;
  /** From 0 (the first byte) to 1 (the end). */
  readonly at: number;
  /** How many bytes are changed. */
  readonly length: number;
  /** What is inserted. */
  readonly piece: Buffer;
}

type Change = keyof typeof changes;
type Split = Pick<Mutation, "piece"> & Record<"before" | "hit" | "after", Buffer>;

/** Returns the new bytes from those before, in and after the changed place. */
const changes = {
  insert: ({ before, hit, after, piece }: Split) => [before, piece, hit, after],
  replace: ({ before, after, piece }: Split) => [before, piece, after],
  remove: ({ before, after }: Split) => [before, after],
  repeat: ({ before, hit, after }: Split) => [before, ...new Array<Buffer>(50).fill(hit), after],
  flip: ({ before, hit, after }: Split) => [before, Buffer.from(hit.map((byte) => byte ^ 0x80)), after],
  cut: ({ before }: Split) => [before],
} as const satisfies Record<string, (split: Split) => Buffer[]>;

/** Generates one to four mutations that insert these pieces, or random bytes. */
export function mutations(pieces: readonly string[]): fc.Arbitrary<Mutation[]> {
  return fc.array(
    fc.record({
      change: fc.constantFrom(...(Object.keys(changes) as Change[])),
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      length: fc.nat({ max: 60 }),
      piece: fc.oneof(
        { weight: 5, arbitrary: fc.constantFrom(...pieces).map((piece) => Buffer.from(piece, "latin1")) },
        {
          weight: 1,
          arbitrary: fc.uint8Array({ minLength: 1, maxLength: 20 }).map((raw) => Buffer.from(raw)),
        },
      ),
    }),
    { minLength: 1, maxLength: 4 },
  );
}

/** Returns the bytes after the mutations. */
export function mutate(bytes: Buffer, all: readonly Mutation[]): Buffer {
  return all.reduce((current, { change, at, length, piece }) => {
    const begin = Math.floor(at * current.length);
    const split = {
      before: current.subarray(0, begin),
      hit: current.subarray(begin, begin + length),
      after: current.subarray(begin + length),
      piece,
    };
    return Buffer.concat(changes[change](split));
  }, bytes);
}
