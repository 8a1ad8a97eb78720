import { setQuery } from "../state/route";
import { Button } from "./button";

/** How many rows are drawn at a time. More make the page slow. */
export const pageSize = 100;

interface PagerProperties {
  readonly page: number;
  readonly pages: number;
}

/** The links between the parts of a long list. */
export function Pager({ page, pages }: PagerProperties) {
  if (pages <= 1) {
    return null;
  }
  const go = (to: number) => () => setQuery({ page: to === 1 ? "" : String(to) });
  return (
    <nav class="pager" aria-label="Pages">
      <Button isUsable={page > 1} onClick={go(page - 1)}>
        Previous
      </Button>
      <span>
        Page {page} of {pages}
      </span>
      <Button isUsable={page < pages} onClick={go(page + 1)}>
        Next
      </Button>
    </nav>
  );
}

/** Returns the part of a list that a page has. @param asked the page in the address. */
export function pageOf<T>(
  all: readonly T[],
  asked: string | undefined,
): PagerProperties & { rows: readonly T[] } {
  const pages = Math.max(1, Math.ceil(all.length / pageSize));
  const page = Math.min(pages, Math.max(1, Math.floor(Number(asked ?? 1)) || 1));
  return { page, pages, rows: all.slice((page - 1) * pageSize, page * pageSize) };
}
