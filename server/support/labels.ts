type Labels = Readonly<Record<string, string>>;

/** Returns whether labels include all wanted ones. */
export function carries(labels: Labels, wanted: Labels): boolean {
  return Object.entries(wanted).every(([key, value]) => labels[key] === value);
}
