import type { Caller } from "../cloud/access/caller";
import { requireRole } from "../cloud/access/require-role";

/** A text that is no answer to a call. */
export interface Document {
  readonly contentType: string;
  readonly text: string;
}

/** Returns the daemon's metrics. @throws MccError `forbidden` for a user, because they tell of all accounts. */
export type MetricsOf = (caller: Caller) => Promise<Document>;

/** The part of `Metrics` that a request needs. */
interface Scraped {
  readonly contentType: string;
  readonly text: () => Promise<string>;
}

export function metricsOf(load: () => Promise<Scraped>): MetricsOf {
  return async (caller) => {
    requireRole("GET /metrics", ["admin", "reader"], caller);
    const metrics = await load();
    return { contentType: metrics.contentType, text: await metrics.text() };
  };
}
