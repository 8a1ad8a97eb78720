/** The methods whose results grow with the number of instances, so that making one keeps the event loop busy. */
export const listings: ReadonlySet<string> = new Set(["instance.list", "fleet.list", "openvz.get_instances"]);
