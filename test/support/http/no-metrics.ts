import type { Document } from "../../../server/methods/metrics";

/** For listeners of tests that are not about metrics. */
export async function noMetrics(): Promise<Document> {
  return await Promise.resolve({ contentType: "text/plain", text: "" });
}
