/** What instances and fleets have in common for a filter. */
export interface Filterable {
  readonly name: string;
  readonly status: string;
  readonly account?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly ipAddress?: string;
  readonly ipv6Address?: string;
  readonly hostname?: string;
  readonly id?: number;
}

/** What users choose. An empty text means all. */
export interface Filters {
  readonly stack: string;
  readonly owner: string;
  /** Labels such as `role=web`, or only their keys, with spaces or commas between them. */
  readonly label: string;
  readonly status: string;
  /** A part of the name, the host name, the address or the id. */
  readonly text: string;
}

/** Returns the filters in the query of the address. */
export function filtersOf(query: Readonly<Record<string, string>>): Filters {
  const { stack = "", owner = "", label = "", status = "", text = "" } = query;
  return { stack, owner, label, status, text };
}

/** Returns the stack that owns it as `project/stack`; empty if none does. */
export function stackOf({ labels }: Pick<Filterable, "labels">): string {
  const stack = labels["minicloud/stack"];
  const project = labels["minicloud/project"];
  return stack === undefined ? "" : project === undefined ? stack : `${project}/${stack}`;
}

/** Whether it passes all filters. */
export function passes(one: Filterable, { stack, owner, label, status, text }: Filters): boolean {
  return (
    (stack === "" || stackOf(one) === stack) &&
    (owner === "" || one.account === owner) &&
    (status === "" || one.status === status) &&
    label
      .split(/[\s,]+/)
      .filter((part) => part !== "")
      .every((part) => carries(one.labels, part)) &&
    (text === "" || hasText(one, text.trim().toLowerCase()))
  );
}

/** Returns the different values, sorted, without empty ones. */
export function choices(values: Iterable<string | undefined>): string[] {
  return [...new Set(values)].filter((value) => value !== undefined && value !== "").sort() as string[];
}

function carries(labels: Readonly<Record<string, string>>, part: string): boolean {
  const at = part.indexOf("=");
  return at === -1
    ? Object.hasOwn(labels, part)
    : Object.hasOwn(labels, part.slice(0, at)) && labels[part.slice(0, at)] === part.slice(at + 1);
}

function hasText({ name, hostname, ipAddress, ipv6Address, id }: Filterable, text: string): boolean {
  return [name, hostname, ipAddress, ipv6Address, id?.toString()].some((value) =>
    value?.toLowerCase().includes(text),
  );
}
