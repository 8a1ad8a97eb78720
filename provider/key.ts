import type * as pulumi from "@pulumi/pulumi";
import { DynamicResource } from "./dynamic-resource";

/** Contains the arguments of a {@link Key}. */
export interface KeyArgs {
  /** The public half of an SSH key: the text of a file such as `~/.ssh/id_ed25519.pub`. Changes in place. */
  publicKey: pulumi.Input<string>;
  /**
   * The name, unique on the daemon: 1 to 63 of `a-z`, `0-9` and `-`. A change replaces the key. Default: the name of the
   * resource and six hexadecimal digits, such as `me-3f9a1c`.
   */
  name?: pulumi.Input<string>;
}

/**
 * Manages a public key that the daemon stores under a name, which {@link HostArgs.keys} refers to.
 *
 * The public half changes in place, also on the instances that have the key.
 */
export class Key extends DynamicResource {
  /** The name of the key. */
  declare readonly name: pulumi.Output<string>;
  /** The public half of the key. */
  declare readonly publicKey: pulumi.Output<string>;
  /** The fingerprint as `ssh-keygen -l` prints it: `SHA256:` and 43 characters. */
  declare readonly fingerprint: pulumi.Output<string>;

  /**
   * Declares a key. Pulumi creates it during `pulumi up`.
   *
   * @param name the name of the resource in the program.
   * @param args the arguments.
   * @param options the options of the Pulumi resource. `deleteBeforeReplace` is always true.
   */
  constructor(name: string, args: KeyArgs, options: pulumi.CustomResourceOptions = {}) {
    super("Key", name, { name: undefined, ...args, fingerprint: undefined }, options);
  }
}
