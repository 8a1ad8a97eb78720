import { Observable } from "./observable";

/** What the page shows. It is in the address, so that it can be loaded again, shared, and left with the back button. */
export interface Route {
  readonly view: "instances" | "fleets" | "instance";
  /** For the view `instance`. */
  readonly id: number;
  readonly query: Readonly<Record<string, string>>;
}

export const route = new Observable<Route>(parseRoute(location.hash));

addEventListener("hashchange", () => route.set(parseRoute(location.hash)));

/** Returns the address of a view. Empty members of the query are left out. */
export function hrefOf(path: string, query: Readonly<Record<string, string>> = {}): string {
  const given = Object.entries(query).filter(([, value]) => value !== "");
  const text = new URLSearchParams(given).toString();
  return `#/${path}${text === "" ? "" : `?${text}`}`;
}

/** Changes the query of the view without a new step for the back button. */
export function setQuery(changes: Readonly<Record<string, string>>): void {
  const { view, query } = route.value;
  history.replaceState(null, "", hrefOf(view, { ...query, ...changes }));
  route.set(parseRoute(location.hash));
}

function parseRoute(hash: string): Route {
  const [path = "", search = ""] = hash.replace(/^#\/?/, "").split("?");
  const query = Object.fromEntries(new URLSearchParams(search));
  const [, id] = /^instances\/(\d+)$/.exec(path) ?? [];
  if (id !== undefined) {
    return { view: "instance", id: Number(id), query };
  }
  return { view: path === "fleets" ? "fleets" : "instances", id: 0, query };
}
