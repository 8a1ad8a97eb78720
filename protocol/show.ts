const longestShown = 80;
/** The number of members to read, because no more of a value is shown. */
const mostMembers = 50;
const deepest = 6;

/** Formats a value for a message: short, on one line, without control characters. It is fast for large values too. */
export function show(value: unknown): string {
  if (value === undefined) {
    return "missing";
  }
  const text = (JSON.stringify(beginning(value, deepest)) as string | undefined) ?? typeof value;
  if (typeof value === "string") {
    const characters = value.length + 2;
    return text.length > longestShown ? `${text.slice(0, longestShown)}… (${characters} characters)` : text;
  }
  return text.length > longestShown ? `${text.slice(0, longestShown)}…` : text;
}

/** Returns the part of the value that makes the first characters of its JSON. */
function beginning(value: unknown, depth: number): unknown {
  if (typeof value === "string") {
    return value.slice(0, longestShown);
  }
  if (typeof value !== "object" || value === null || value instanceof Date) {
    return value;
  }
  if (Buffer.isBuffer(value)) {
    return `${value.length} bytes`;
  }
  if (depth === 0) {
    return "…";
  }
  if (Array.isArray(value)) {
    return value.slice(0, mostMembers).map((item) => beginning(item, depth - 1));
  }
  const members = Object.entries(value).slice(0, mostMembers);
  return Object.fromEntries(
    members.map(([name, member]) => [name.slice(0, longestShown), beginning(member, depth - 1)]),
  );
}
