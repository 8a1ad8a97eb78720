import * as pulumi from "@pulumi/pulumi";

/** A resource that a program registered. */
export interface Registered {
  readonly name: string;
  readonly inputs: Record<string, unknown>;
}

export interface RunOptions {
  readonly stack?: string;
  readonly preview?: boolean;
}

/** Runs a program like in a user's unit test, and returns the MiniCloud resources that it registered. */
export async function runWithMocks(
  program: () => unknown,
  { stack = "stack", preview = false }: RunOptions = {},
): Promise<Registered[]> {
  const registered: Registered[] = [];
  await pulumi.runtime.setMocks(
    {
      call: () => ({}),
      newResource: ({ name, inputs, type }: Registered & { readonly type: string }) => {
        if (type.startsWith("pulumi-nodejs:dynamic/minicloud:")) {
          registered.push({ name, inputs });
        }
        const outputs = { instanceId: 500, ipAddress: "198.18.0.2", fingerprint: "SHA256:x" };
        return { id: `${name}-id`, state: { ...inputs, ...outputs } };
      },
    },
    "project",
    stack,
    preview,
  );
  await pulumi.runtime.runInPulumiStack(() => {
    program();
    return Promise.resolve(undefined);
  });
  await pulumi.runtime.disconnect();
  return registered;
}
