import { randomBytes } from "node:crypto";
import { MccError, messageOf } from "../../../protocol/error";
import type { FleetPlace } from "../../../protocol/methods/instance";
import type { ParsedParameters } from "../../../protocol/methods/method-table";
import { userDataDigest } from "../../../protocol/methods/user-data";
import { because } from "../../support/because";
import type { Images } from "../images";
import { scopeOf } from "../network/host-names";
import { isLeftBy, newClaim, released } from "../ownership/claim";
import type { Reservation } from "../reservations/reservations";
import type { InstanceCatalog } from "./catalog";
import type { InstanceContext } from "./context";
import { createInstance } from "./create";
import type { InstanceDestruction } from "./destroy";
import { type HostKey, makeHostKey } from "./host-key";
import { ManagedInstance } from "./instance";
import type { InstanceRecord } from "./record";

/** What the `openvz.*` methods and fleets ask of a creation and `instance.create` does not know. */
export interface CreationExtras {
  /** Lines of authorized_keys that no named key stands for. */
  readonly publicKeys?: readonly string[];
  /** Default: what the parameters say. */
  readonly hostname?: (id: number) => string;
  readonly fleet?: FleetPlace;
}

type Creation = ParsedParameters<"instance.create">;

/** Lets instances begin: what is asked for is checked, reserved and recorded, and then made. */
export class InstanceBeginning {
  readonly #context: InstanceContext;
  readonly #catalog: InstanceCatalog;
  readonly #images: Images;
  readonly #destruction: InstanceDestruction;
  #closed = false;

  constructor(
    context: InstanceContext,
    catalog: InstanceCatalog,
    images: Images,
    destruction: InstanceDestruction,
  ) {
    this.#context = context;
    this.#catalog = catalog;
    this.#images = images;
    this.#destruction = destruction;
  }

  /** Lets no more begin. */
  close(): void {
    this.#closed = true;
  }

  /** @throws MccError `unavailable` when no more may begin. */
  refuseClosed(): void {
    if (this.#closed) {
      throw new MccError(
        "unavailable",
        "The daemon is stopping and makes no more instances; start it again.",
      );
    }
  }

  /** Resolves once the intent is recorded; the instance's `ready` tells how its making ends. */
  async begin(
    parameters: ParsedParameters<"instance.create">,
    extras: CreationExtras,
  ): Promise<ManagedInstance> {
    const { clientToken } = parameters;
    const known = await this.#ofToken(parameters);
    if (known !== undefined) {
      return known;
    }
    await this.check(parameters);
    await this.#release(parameters);
    // From here to the catalog nothing waits, so that of two requests only one gets past, and none an end.
    this.refuseClosed();
    if (clientToken !== undefined && this.#catalog.byToken(clientToken) !== undefined) {
      return await this.begin(parameters, extras);
    }
    if (parameters.lease !== undefined) {
      this.#context.leases.require(parameters.lease);
    }
    const hostKey = makeHostKey();
    const reservation = this.#context.reservations.reserve(parameters);
    const instance = new ManagedInstance(this.recordOf(reservation, parameters, hostKey.publicKey, extras));
    this.#catalog.add(instance);
    const recorded = this.#record(instance);
    this.make(instance, hostKey, parameters, recorded);
    await recorded;
    return instance;
  }

  /**
   * The instance that this token made and that the attempt may go on with. One that is on its way out, or failed, is
   * destroyed first.
   */
  async #ofToken(parameters: ParsedParameters<"instance.create">): Promise<ManagedInstance | undefined> {
    const { clientToken, replaces } = parameters;
    const made = (): ManagedInstance | undefined => {
      const instance = clientToken === undefined ? undefined : this.#catalog.byToken(clientToken);
      return instance?.record.uid === replaces ? undefined : instance;
    };
    const leaving = made();
    if (leaving?.isLeaving === true) {
      await this.#destruction.destroy(leaving);
      return await this.#ofToken(parameters);
    }
    const instance = await this.#context.claims.takeUp(parameters, made, (found) =>
      found.amend(this.#context.records, (record) => record),
    );
    if (instance === undefined) {
      return undefined;
    }
    if (instance.status === "failed") {
      await this.#destruction.destroy(instance);
      return await this.#ofToken(parameters);
    }
    refuseOtherProperties(instance, parameters);
    return instance;
  }

  /** What runs on without an owner, as this is made in its place. */
  async #release({ replaces, owner }: Creation): Promise<void> {
    const left = this.#catalog
      .all()
      .filter(({ record }) => record.uid === replaces || isLeftBy(record, owner));
    await Promise.all(
      left.map((instance) =>
        instance.amend(this.#context.records, (record) => ({ ...record, ...released(record) })),
      ),
    );
  }

  /** Checks what is named, before anything is reserved. @throws MccError `not-found`, `conflict`. */
  async check({ image, type, keys }: Pick<Creation, "image" | "type" | "keys">): Promise<void> {
    await this.#images.requireUsable(image);
    this.#context.types.get(type);
    this.#context.keys.publicKeys(keys);
    this.#context.reservations.setForeign(await this.#context.driver.foreign());
  }

  /** The record of an instance that begins. */
  recordOf(
    reservation: Reservation,
    parameters: Creation,
    sshHostKey: string,
    extras: CreationExtras = {},
  ): InstanceRecord {
    const { leases, reaper } = this.#context;
    const { lease, ttlSeconds } = parameters;
    return {
      phase: "creating",
      ...reservation,
      uid: randomBytes(16).toString("hex"),
      hostname: extras.hostname?.(reservation.id) ?? parameters.hostname ?? reservation.name,
      image: parameters.image,
      type: parameters.type,
      keys: parameters.keys,
      publicKeys: [...(extras.publicKeys ?? [])],
      labels: parameters.labels,
      scope: scopeOf(parameters.labels),
      createdAt: new Date().toISOString(),
      sshHostKey,
      ...newClaim(parameters),
      waitFor: parameters.waitFor,
      hideOutput: parameters.hideOutput,
      userDataDigest: parameters.userData === undefined ? undefined : userDataDigest(parameters.userData),
      wanted: "running",
      ttl: ttlSeconds === undefined ? undefined : reaper.grant(ttlSeconds),
      lease: lease === undefined ? undefined : leases.require(lease),
      fleet: extras.fleet,
    };
  }

  /** Makes an instance of the catalog, in its turn, once its intent is recorded; its `ready` tells how that ends. */
  make(instance: ManagedInstance, hostKey: HostKey, parameters: Creation, recorded: Promise<void>): void {
    instance.ready = instance.inTurn(async () => {
      await recorded;
      await this.#bringUp(instance, hostKey, parameters);
    });
    // Whoever waits for it gets the error; it is no defect that nobody does.
    instance.ready.catch(() => undefined);
  }

  /** Nothing was done yet when this fails, so forgetting is all there is to undo. */
  async #record(instance: ManagedInstance): Promise<void> {
    try {
      await this.#context.reservations.ids.settled();
      await instance.amend(this.#context.records, (record) => record);
    } catch (error) {
      this.#catalog.remove(instance);
      this.#context.reservations.release(instance.record);
      throw because(error, `The intent could not be recorded: ${messageOf(error)}`, "engine");
    }
  }

  async #bringUp(
    instance: ManagedInstance,
    hostKey: HostKey,
    parameters: ParsedParameters<"instance.create">,
  ): Promise<void> {
    const failure = await createInstance(this.#context, instance, hostKey, parameters);
    if (failure === undefined) {
      this.#context.log.info({ instance: instance.id, name: instance.record.name }, "instance made");
      return;
    }
    const { error, outcome } = failure;
    const reason = error.confidential ? { code: error.code } : { err: error };
    this.#context.log.warn({ instance: instance.id, outcome, ...reason }, "instance not made");
    if (outcome === "undone") {
      this.#catalog.remove(instance, error);
      this.#context.reservations.release(instance.record);
    } else if (outcome === "stuck") {
      this.#destruction.retry(instance);
    }
    throw error;
  }
}

/** The properties that cannot change in place: with others, the token stands for something else. */
function refuseOtherProperties(
  { record, title }: ManagedInstance,
  asked: ParsedParameters<"instance.create">,
): void {
  const { image, ipAddress, hostname, lease } = record;
  const made = { image, ipAddress, hostname, lease: lease?.id ?? "none" };
  const different = (["image", "ipAddress", "hostname", "lease"] as const).filter(
    (property) => asked[property] !== undefined && asked[property] !== made[property],
  );
  const details = different.map(
    (property) => `${property} ${made[property]}, not ${String(asked[property])}`,
  );
  if (asked.userData !== undefined && userDataDigest(asked.userData) !== record.userDataDigest) {
    details.push("other userData");
  }
  if (details.length > 0) {
    const owner = Object.entries(record.labels)
      .map(([key, value]) => `${key}=${value}`)
      .join(" ");
    throw new MccError(
      "conflict",
      `This client token made instance ${title} already, with ${details.join(" and ")}${owner === "" ? "" : ` (labels: ${owner})`}; destroy that instance first (instance.destroy, mcc destroy-instance ${record.id}), or use another token.`,
    );
  }
}
