import * as pulumi from "@pulumi/pulumi";
import type { Client } from "../client";
import { MccError } from "../protocol/error";
import type { InstanceStatus } from "../protocol/methods/instance-state";
import { daemonOfStack } from "./daemon-of-stack";
import { isMocked } from "./mocked";

/** An image that instances can start from. */
export interface ImageResult {
  name: string;
  sizeBytes: number;
  /** In UTC, as ISO 8601 has it. */
  createdAt: string;
}

/** A named size. A limit that is left out does not exist. */
export interface InstanceTypeResult {
  name: string;
  memoryBytes?: number;
  /** Of one processor each: 0.5 is half a core. */
  cpus?: number;
  processes?: number;
}

/** An instance of the server, whoever made it. */
export interface InstanceResult {
  instanceId: number;
  name: string;
  ipAddress: string;
  hostname: string;
  status: InstanceStatus;
  image: string;
  type: string;
  keys: string[];
  /** The owner's labels, which begin with `minicloud/`, included. */
  labels: Record<string, string>;
  sshHostKey: string;
}

export interface GetImagesResult {
  images: ImageResult[];
}
export interface GetInstanceTypesResult {
  instanceTypes: InstanceTypeResult[];
}
export interface GetInstancesResult {
  /** In the order of their ids. */
  instances: InstanceResult[];
}

export interface GetInstancesArgs {
  /** What the instances carry, all of it. Default: any instance. */
  labels?: Record<string, string>;
}
export interface GetInstancesOutputArgs {
  labels?: pulumi.Input<Record<string, pulumi.Input<string>>>;
}

/** The images that the stack's server has, also during a preview. Mocked as `minicloud:index:getImages`. */
export async function getImages(): Promise<GetImagesResult> {
  return await ask("getImages", {}, async (daemon) => ({ images: await daemon.call("image.list", {}) }));
}

/** {@link getImages} as an output. */
export function getImagesOutput(): pulumi.Output<GetImagesResult> {
  return pulumi.output(getImages());
}

/** The instance types that the stack's server has. Mocked as `minicloud:index:getInstanceTypes`. */
export async function getInstanceTypes(): Promise<GetInstanceTypesResult> {
  return await ask("getInstanceTypes", {}, async (daemon) => ({
    instanceTypes: await daemon.call("type.list", {}),
  }));
}

/** {@link getInstanceTypes} as an output. */
export function getInstanceTypesOutput(): pulumi.Output<GetInstanceTypesResult> {
  return pulumi.output(getInstanceTypes());
}

/** The instances that carry the given labels, as they stand now. Mocked as `minicloud:index:getInstances`. */
export async function getInstances(args: GetInstancesArgs = {}): Promise<GetInstancesResult> {
  return await ask("getInstances", args, async (daemon) => {
    const instances = await daemon.call("instance.list", { labels: args.labels });
    return {
      instances: instances
        .map(({ id, name, ipAddress, hostname, status, image, type, keys, labels, sshHostKey }) => ({
          ...{ instanceId: id, name, ipAddress, hostname, status, image, type, keys, labels, sshHostKey },
        }))
        .sort((one, other) => one.instanceId - other.instanceId),
    };
  });
}

/** {@link getInstances} as an output, for labels that are outputs themselves. */
export function getInstancesOutput(args: GetInstancesOutputArgs = {}): pulumi.Output<GetInstancesResult> {
  return pulumi.output(args).apply((known) => getInstances(known));
}

/** Calls the daemon directly, because there is no plugin for the engine. Unit tests see the call of a provider. */
async function ask<T>(name: string, args: object, answer: (daemon: Client) => Promise<T>): Promise<T> {
  if (isMocked()) {
    return (await pulumi.runtime.invoke(`minicloud:index:${name}`, { ...args })) as T;
  }
  try {
    return await answer(await daemonOfStack());
  } catch (error) {
    // A RunError, because Pulumi would print the stack of any other error.
    throw MccError.isInstance(error) ? new pulumi.RunError(`${name}: ${error.message}`) : error;
  }
}
