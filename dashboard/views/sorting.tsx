import { setQuery } from "../state/route";

/** How a column is sorted: the text or the number of each row. */
export type SortKeys<T> = Readonly<Record<string, (one: T) => string | number>>;

/** Returns the rows in the order that the address names: `name`, or `-name` for the reverse. */
export function sorted<T>(rows: readonly T[], keys: SortKeys<T>, asked = "id"): readonly T[] {
  const name = asked.replace(/^-/, "");
  const keyOf = Object.hasOwn(keys, name) ? keys[name] : undefined;
  if (keyOf === undefined) {
    return rows;
  }
  const sign = asked.startsWith("-") ? -1 : 1;
  return rows
    .map((row) => ({ row, key: keyOf(row) }))
    .sort((one, other) => sign * compare(one.key, other.key))
    .map(({ row }) => row);
}

const collator = new Intl.Collator(undefined, { numeric: true });

function compare(one: string | number, other: string | number): number {
  return typeof one === "number" && typeof other === "number"
    ? one - other
    : collator.compare(String(one), String(other));
}

interface SortHeaderProperties {
  readonly name: string;
  readonly text: string;
  /** What the address names. */
  readonly sort: string | undefined;
}

/** The header of a column that can be sorted. */
export function SortHeader({ name, text, sort = "id" }: SortHeaderProperties) {
  const isUp = sort === name;
  const isDown = sort === `-${name}`;
  return (
    <th scope="col" role="columnheader" aria-sort={isUp ? "ascending" : isDown ? "descending" : "none"}>
      <button type="button" class="sort" onClick={() => setQuery({ sort: isUp ? `-${name}` : name })}>
        {text}
        <span aria-hidden="true">{isUp ? " ▲" : isDown ? " ▼" : ""}</span>
      </button>
    </th>
  );
}
