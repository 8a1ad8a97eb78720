import type { ContainerFile, ContainerSpec, ExecRequest } from "../../../server/driver/driver";

/** The image that test containers start from. */
export const testImage = "micro";

/** The properties of a test container, unless the test changes them. */
export function containerSpec(id: number, overrides: Partial<ContainerSpec> = {}): ContainerSpec {
  return {
    id,
    uid: String(id).padStart(32, "0"),
    name: `container-${id}`,
    image: testImage,
    hostname: `host-${id}`,
    ipAddress: `198.18.0.${id - 400}`,
    nameservers: ["198.18.0.1"],
    type: { name: "test", memoryBytes: 64 * 1024 * 1024, cpus: 1, processes: 100 },
    files: [],
    ...overrides,
  };
}

/** A command without input, with sufficient time and output limits. */
export function execRequest(command: readonly string[], overrides: Partial<ExecRequest> = {}): ExecRequest {
  return { command, stdin: Buffer.alloc(0), timeoutMs: 30_000, maxOutputBytes: 64 * 1024, ...overrides };
}

export function textFile(path: string, text: string): ContainerFile {
  return { path, content: Buffer.from(text), mode: 0o644 };
}
