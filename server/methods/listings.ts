/** The methods whose results grow with the number of instances. Creating such a result keeps the event loop busy. */
export const listings: ReadonlySet<string> = new Set([
  ...["instance.list", "instance.usage", "fleet.list", "openvz.get_instances"],
]);
