import assert from "node:assert/strict";
import { source } from "axe-core";
import type { Page } from "playwright-core";

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

/** Fails for everything that axe finds on the page as it is now, and for what it could not decide about colours. */
export async function assertAccessible(page: Page, what: string): Promise<void> {
  // The debugger's own channel: the page's policy allows no other script.
  await page.evaluate(`(() => { const module = undefined; const define = undefined; ${source}; })()`);
  const violations = await page.evaluate<Violation[]>(
    "axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations)",
  );
  const found = violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)} ${failureSummary ?? ""}`),
  );
  assert.deepEqual(found, [], what);
}
