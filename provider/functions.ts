import * as pulumi from "@pulumi/pulumi";
import type { Client } from "../client";
import { MccError } from "../protocol/error";
import type { InstanceStatus } from "../protocol/types/instance";
import { daemonOfStack } from "./daemon-of-stack";
import { isMocked } from "./mocked";

/** Describes an image that instances can start from. */
export interface ImageResult {
  /** The name of the image. */
  name: string;
  /** The size of the image on the daemon's disk, in bytes. */
  sizeBytes: number;
  /** When the image was created: a UTC time in ISO 8601. */
  createdAt: string;
}

/** Describes an instance type: a name for a set of limits. */
export interface InstanceTypeResult {
  /** The name of the instance type. */
  name: string;
  /** The memory limit in bytes. Absent: no limit. */
  memoryBytes?: number;
  /** The processor limit in processors: 0.5 is half of one processor. Absent: no limit. */
  cpus?: number;
  /** The limit on the number of processes. Absent: no limit. */
  processes?: number;
  /** The limit on what an instance writes to its disk, in bytes, in addition to its image. Absent: no limit. */
  diskBytes?: number;
}

/** Describes an instance of the daemon, including instances that other stacks or clients created. */
export interface InstanceResult {
  /** The number of the instance: 500 or more. A daemon uses each number once. */
  instanceId: number;
  /** The name of the instance. */
  name: string;
  /** The IPv4 address of the instance. */
  ipAddress: string;
  /** The IPv6 address of the instance. Absent if the daemon had no IPv6 range when it created the instance. */
  ipv6Address?: string;
  /** The host name of the instance. */
  hostname: string;
  /** The state of the instance. */
  status: InstanceStatus;
  /** The name of its image. */
  image: string;
  /** The name of its instance type. */
  type: string;
  /** The names of the keys that can log in as root. */
  keys: string[];
  /** Its labels, including those that MiniCloud sets, whose keys start with `minicloud/`. */
  labels: Record<string, string>;
  /** The public half of its SSH host key, as in a known_hosts file after the host: `ssh-ed25519 AAAA…`. */
  sshHostKey: string;
  /** The member of the cluster that it is on. Absent without a cluster. */
  member?: string;
}

/** Contains the result of {@link getImages}. */
export interface GetImagesResult {
  /** All images of the daemon. */
  images: ImageResult[];
}
/** Contains the result of {@link getInstanceTypes}. */
export interface GetInstanceTypesResult {
  /** All instance types of the daemon. */
  instanceTypes: InstanceTypeResult[];
}
/** Contains the result of {@link getInstances}. */
export interface GetInstancesResult {
  /** The instances, in the order of their ids. */
  instances: InstanceResult[];
}

/** Selects the instances of {@link getInstances}. */
export interface GetInstancesArgs {
  /** The labels that an instance must have, all of them. Default: none, all instances are returned. */
  labels?: Record<string, string>;
}
/** Selects the instances of {@link getInstancesOutput}. */
export interface GetInstancesOutputArgs {
  /** The labels that an instance must have, all of them. Default: none, all instances are returned. */
  labels?: pulumi.Input<Record<string, pulumi.Input<string>>>;
}

/**
 * Returns the images of the stack's daemon, also during a preview. Mocks see it as `minicloud:index:getImages`.
 *
 * @throws RunError if the daemon cannot be reached or refuses the call. The message says why.
 */
export async function getImages(): Promise<GetImagesResult> {
  return await ask("getImages", {}, async (daemon) => ({ images: await daemon.call("image.list", {}) }));
}

/** Returns the result of {@link getImages} as an output, which fails as that does. */
export function getImagesOutput(): pulumi.Output<GetImagesResult> {
  return pulumi.output(getImages());
}

/**
 * Returns the instance types of the stack's daemon, also during a preview. Mocks see it as
 * `minicloud:index:getInstanceTypes`.
 *
 * @throws RunError if the daemon cannot be reached or refuses the call. The message says why.
 */
export async function getInstanceTypes(): Promise<GetInstanceTypesResult> {
  return await ask("getInstanceTypes", {}, async (daemon) => ({
    instanceTypes: await daemon.call("type.list", {}),
  }));
}

/** Returns the result of {@link getInstanceTypes} as an output, which fails as that does. */
export function getInstanceTypesOutput(): pulumi.Output<GetInstanceTypesResult> {
  return pulumi.output(getInstanceTypes());
}

/**
 * Returns the instances of the stack's daemon in their current state, also during a preview. Mocks see it as
 * `minicloud:index:getInstances`.
 *
 * @param args the labels that select the instances. Default: all instances.
 * @throws RunError if the daemon cannot be reached or refuses the call. The message says why.
 */
export async function getInstances(args: GetInstancesArgs = {}): Promise<GetInstancesResult> {
  return await ask("getInstances", args, async (daemon) => {
    const instances = await daemon.call("instance.list", { labels: args.labels });
    return {
      instances: instances
        .map((instance) => ({
          instanceId: instance.id,
          name: instance.name,
          ipAddress: instance.ipAddress,
          ...(instance.ipv6Address === undefined ? {} : { ipv6Address: instance.ipv6Address }),
          hostname: instance.hostname,
          status: instance.status,
          image: instance.image,
          type: instance.type,
          keys: instance.keys,
          labels: instance.labels,
          sshHostKey: instance.sshHostKey,
          ...(instance.member === undefined ? {} : { member: instance.member }),
        }))
        .sort((one, other) => one.instanceId - other.instanceId),
    };
  });
}

/**
 * Returns the result of {@link getInstances} as an output, which fails as that does. Its arguments can be outputs.
 *
 * @param args the labels that select the instances. Default: all instances.
 */
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
