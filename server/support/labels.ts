type Labels = Readonly<Record<string, string>>;

/** Whether something has all the wanted labels. */
export function carries(labels: Labels, wanted: Labels): boolean {
  return Object.entries(wanted).every(([key, value]) => labels[key] === value);
}
