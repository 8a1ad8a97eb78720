import type { MethodName } from "../../protocol/methods/method-table";

/** Whether calls of a method are in the audit log: those that `change` something or run a command in an instance. */
export type Effect = "changes" | "reads";

/** A method without a row does not compile. */
const effects: Readonly<Record<MethodName, Effect>> = {
  "accessToken.add": "changes",
  "accessToken.list": "reads",
  "accessToken.revoke": "changes",
  "accessToken.rotate": "changes",
  "accessToken.setCertificate": "changes",
  "accessToken.setQuota": "changes",
  "audit.list": "reads",
  "event.list": "reads",
  "fleet.apply": "changes",
  "fleet.check": "reads",
  "fleet.confirm": "changes",
  "fleet.destroy": "changes",
  "fleet.extend": "changes",
  "fleet.get": "reads",
  "fleet.list": "reads",
  "fleet.update": "changes",
  "fleet.wait": "reads",
  "image.import": "changes",
  "image.list": "reads",
  "image.remove": "changes",
  "image.uploadCancel": "changes",
  "image.uploadEnd": "changes",
  "image.uploadStart": "changes",
  // Pieces of what uploadStart and uploadEnd frame.
  "image.uploadWrite": "reads",
  "instance.check": "reads",
  "instance.confirm": "changes",
  "instance.create": "changes",
  "instance.destroy": "changes",
  "instance.exec": "changes",
  "instance.execEnd": "reads",
  "instance.execRead": "reads",
  "instance.execStart": "changes",
  "instance.execWrite": "reads",
  "instance.extend": "changes",
  "instance.get": "reads",
  "instance.list": "reads",
  "instance.listForeign": "reads",
  "instance.log": "reads",
  "instance.restart": "changes",
  "instance.start": "changes",
  "instance.stop": "changes",
  "instance.takeOver": "changes",
  "instance.update": "changes",
  "instance.usage": "reads",
  "instance.wait": "reads",
  "key.add": "changes",
  "key.get": "reads",
  "key.update": "changes",
  "key.confirm": "changes",
  "key.list": "reads",
  "key.remove": "changes",
  "lease.end": "changes",
  "lease.open": "changes",
  // Programs renew their leases every few seconds.
  "lease.renew": "reads",
  "member.simulate": "changes",
  "pool.list": "reads",
  "pool.set": "changes",
  "server.info": "reads",
  "token.list": "reads",
  "type.list": "reads",
};

/** The methods of the first MiniCloud that change something. */
const oldChanges: ReadonlySet<string> = new Set(["openvz.run_instance", "openvz.destroy_instance"]);

/** Returns whether calls of the method are in the audit log. An unknown name is not a change. */
export function isAudited(method: string): boolean {
  return oldChanges.has(method) || (isMethod(method) && effects[method] === "changes");
}

function isMethod(name: string): name is MethodName {
  return Object.hasOwn(effects, name);
}
