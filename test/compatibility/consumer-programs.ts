/**
 * Programs of users, by the entry point that each imports. A line after `@ts-expect-error` is wrong, so that a program
 * in which a type is `any` has an error.
 */
export const consumerPrograms = {
  minicloud: `
    import * as pulumi from "@pulumi/pulumi";
    import * as minicloud from "minicloud";
    const key = new minicloud.Key("me", { publicKey: "ssh-ed25519 AAAA" });
    const rung: minicloud.Rung = { http: "/health", port: 8080 };
    const web = new minicloud.Instance("web", { keys: [key.name], waitFor: ["ssh", rung], timeouts: { create: "5m" } });
    const fleet = new minicloud.Fleet("fleet", { count: pulumi.output(3), ttl: "2h" }, { dependsOn: [web] });
    export const address: pulumi.Output<string> = web.ipAddress;
    export const ids: pulumi.Output<number[]> = fleet.instances.apply((hosts) => hosts.map((host) => host.instanceId));
    export const sizes: Promise<number[]> = minicloud.getImages().then(({ images }) => images.map((image) => image.sizeBytes));
    // @ts-expect-error
    new minicloud.Fleet("none", {});
    // @ts-expect-error
    web.status.apply((status) => status === "ended");
  `,
  "minicloud/client": `
    import { connect, createInstance, ConnectionError, MccError, sshConfig, type Instance, type MethodParameters } from "minicloud/client";
    export async function run(): Promise<string> {
      const client = connect({ server: "127.0.0.1:8080", environment: { MCC_TOKEN: undefined } });
      const parameters: MethodParameters<"instance.create"> = { name: "web", waitFor: { tcp: 80 } };
      const instance: Instance = await createInstance(client, parameters, { onWaiting: ({ waitingFor = "" }) => waitingFor });
      const { exitCode } = await client.call("instance.exec", { instance: instance.id, command: ["true"] });
      // @ts-expect-error
      await client.call("instance.exec", { instance: instance.id, command: "true" });
      // @ts-expect-error
      client.contact;
      client.close();
      return exitCode.toFixed() + sshConfig([instance]);
    }
    export function codeOf(error: unknown): string | undefined {
      return ConnectionError.isInstance(error) ? String(error.reached) : MccError.isInstance(error) ? error.code : undefined;
    }
    // @ts-expect-error
    export const wrong = new MccError("unknown", "text");
  `,
  "minicloud/testing": `
    import { startFleet, withFleet } from "minicloud/testing";
    export const code: Promise<number> = withFleet({ count: 2, waitFor: ["ssh", { tcp: 80 }] }, async (fleet) => {
      const [first] = fleet.hosts;
      if (first === undefined) { return 1; }
      await fleet.kill(first);
      return (await fleet.exec(first, ["true"], { timeoutSeconds: 5 })).exitCode;
    });
    export async function run(): Promise<string[]> {
      await using fleet = await startFleet({ server: "127.0.0.1:8080" });
      // @ts-expect-error
      await fleet.exec(fleet.hosts);
      return fleet.hosts.map((host) => host.ipAddress);
    }
  `,
};
