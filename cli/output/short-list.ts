const mostNamed = 5;

/** `a, b and c`; of many only the first, and how many more there are: `a, b, c, d, e and 7 more`. */
export function shortList(names: readonly string[]): string {
  const named = names.length > mostNamed ? names.slice(0, mostNamed) : names.slice(0, -1);
  const last = names.length > mostNamed ? `${names.length - mostNamed} more` : (names.at(-1) ?? "");
  return named.length === 0 ? last : `${named.join(", ")} and ${last}`;
}
