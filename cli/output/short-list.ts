const mostNamed = 5;

/** Returns `a, b and c`. For more than five names, it returns `a, b, c, d, e and 7 more`. */
export function shortList(names: readonly string[]): string {
  const named = names.length > mostNamed ? names.slice(0, mostNamed) : names.slice(0, -1);
  const last = names.length > mostNamed ? `${names.length - mostNamed} more` : (names.at(-1) ?? "");
  return named.length === 0 ? last : `${named.join(", ")} and ${last}`;
}
