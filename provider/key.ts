import type * as pulumi from "@pulumi/pulumi";
import { DynamicResource } from "./dynamic-resource";

/** What a {@link Key} is made of. */
export interface KeyArgs {
  /** The public half of an SSH key: the text of a file such as `~/.ssh/id_ed25519.pub`. */
  publicKey: pulumi.Input<string>;
  /**
   * 1 to 63 of `a-z`, `0-9` and `-`; no two keys of a server have the same. A change replaces the key.
   * Default: the resource's name and six digits, such as `me-3f9a1c`.
   */
  name?: pulumi.Input<string>;
}

/**
 * A public key that the server keeps under a name, by which instances refer to it.
 *
 * Its public half changes in place, also on the instances that carry it.
 */
export class Key extends DynamicResource {
  declare readonly name: pulumi.Output<string>;
  declare readonly publicKey: pulumi.Output<string>;
  /** As `ssh-keygen -l` prints it: `SHA256:` and 43 characters. */
  declare readonly fingerprint: pulumi.Output<string>;

  constructor(name: string, args: KeyArgs, options: pulumi.CustomResourceOptions = {}) {
    super("Key", name, { name: undefined, ...args, fingerprint: undefined }, options);
  }
}
