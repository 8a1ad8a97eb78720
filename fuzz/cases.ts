import fc from "fast-check";
import { type Kind, type KindName, kinds } from "./kinds";

/** One request of a seed. */
export interface Case extends Pick<Kind, "answered"> {
  readonly kind: KindName;
  readonly request: Buffer;
}

/** Returns the function from an index to its case. The same seed and token yield the same cases. */
export function casesOf(seed: number, token: string): (index: number) => Case {
  const rows = Object.entries(kinds).map(([name, kind]) => ({
    kind: name as KindName,
    answered: kind.answered,
    requests: kind.requests(token),
  }));
  return (index) => {
    const row = rows[index % rows.length];
    if (row === undefined) {
      throw new Error("there is a kind for every case");
    }
    const { kind, answered, requests } = row;
    // Different seeds, and cases next to each other, share no request.
    const ofCase = (seed ^ Math.imul(index + 1, 0x9e37_79b1)) | 0;
    const [request = Buffer.alloc(0)] = fc.sample(requests, { seed: ofCase, numRuns: 1 });
    return { kind, answered, request };
  };
}
