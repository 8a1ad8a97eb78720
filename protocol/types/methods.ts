import type {
  AccessToken,
  AccessTokenAddParameters,
  AccessTokenRevocation,
  AccessTokenRotateParameters,
  AccessTokenSetCertificateParameters,
  AccessTokenTarget,
  NewAccessToken,
} from "./access-token";
import type { AuditEntry, AuditListParameters } from "./audit";
import type { EventListParameters, MinicloudEvent } from "./event";
import type {
  Fleet,
  FleetApplyParameters,
  FleetCheckParameters,
  FleetConfirmParameters,
  FleetDestruction,
  FleetExtendParameters,
  FleetSummary,
  FleetTarget,
  FleetUpdateParameters,
  FleetWaitParameters,
  FleetWaitResult,
} from "./fleet";
import type {
  Image,
  ImageImportParameters,
  ImageRemoval,
  ImageTarget,
  ImageUpload,
  ImageUploadCancellation,
  ImageUploadProgress,
  ImageUploadStartParameters,
  ImageUploadWriteParameters,
} from "./image";
import type {
  ForeignContainer,
  Instance,
  InstanceCheckParameters,
  InstanceConfirmParameters,
  InstanceCreateParameters,
  InstanceDestruction,
  InstanceExecEndResult,
  InstanceExecParameters,
  InstanceExecReadParameters,
  InstanceExecReadResult,
  InstanceExecResult,
  InstanceExecStartParameters,
  InstanceExecStream,
  InstanceExecWriteParameters,
  InstanceExecWriteResult,
  InstanceExtendParameters,
  InstanceLogResult,
  InstanceStopParameters,
  InstanceTakeOverParameters,
  InstanceTarget,
  InstanceUpdateParameters,
  InstanceWaitParameters,
  InstanceWaitResult,
  LabelFilter,
} from "./instance";
import type { InstanceType } from "./instance-type";
import type {
  Key,
  KeyAddParameters,
  KeyConfirmParameters,
  KeyRemoval,
  KeyTarget,
  KeyUpdateParameters,
} from "./key";
import type { Lease, LeaseEnd, LeaseOpenParameters, LeaseRenewal, LeaseTarget } from "./lease";
import type { Member, MemberSimulateParameters } from "./member";
import type { ClaimedToken, TokenListParameters } from "./ownership";
import type { PoolSetParameters, PoolState } from "./pool";
import type { Problems } from "./problem";
import type { AccessTokenSetQuotaParameters } from "./quota";
import type { ServerInfo } from "./server";
import type { InstanceUsage, InstanceUsageParameters } from "./usage";

/** Describes a method that has no parameters. */
export type NoParameters = Record<string, never>;

/** Describes what a method takes and returns. */
export interface Method<Parameters, Result> {
  /** What a caller passes. */
  parameters: Parameters;
  /** What the daemon answers. Later releases of the daemon can add fields. */
  result: Result;
}

/**
 * Describes every method of the daemon except `system.*`, by name.
 *
 * Each method can also fail with `invalid` for wrong parameters, `unauthenticated`, `forbidden`, `unavailable` and
 * `internal`. Those that use the container engine can fail with `engine`. See {@link ErrorCode}.
 */
export interface Methods {
  /**
   * Reserves an id, a name and an address, starts to create the instance, and returns it before it is ready, or after
   * `waitSeconds`. `instance.wait` tells when it is ready. Fails with `conflict` for a name or an address that is taken,
   * `not-found` for an image, type or key that does not exist, and `exhausted` if no address is free. With `waitSeconds`,
   * it also fails with the error of a creation that failed in that time and was undone.
   */
  "instance.create": Method<InstanceCreateParameters, Instance>;
  /**
   * Returns why an `instance.create` would fail after the instance of the same `clientToken` is destroyed. Changes
   * nothing.
   */
  "instance.check": Method<InstanceCheckParameters, Problems>;
  /** Returns an instance. Fails with `not-found`. */
  "instance.get": Method<InstanceTarget, Instance>;
  /** Records the owner of an instance, after which its client token recovers nothing. Fails with `not-found`. */
  "instance.confirm": Method<InstanceConfirmParameters, Instance>;
  /** Returns the instances, by default all of them. */
  "instance.list": Method<LabelFilter, Instance[]>;
  /** Returns the containers on the daemon's engine that MiniCloud did not create. */
  "instance.listForeign": Method<NoParameters, ForeignContainer[]>;
  /**
   * Measures what instances use, by default all of them, and returns it with their limits. An instance that does not run or
   * that could not be measured has no `used`.
   */
  "instance.usage": Method<InstanceUsageParameters, InstanceUsage[]>;
  /**
   * Waits until an instance is ready or the time is over. Fails with the error of its creation if that failed, and with
   * `not-found`.
   */
  "instance.wait": Method<InstanceWaitParameters, InstanceWaitResult>;
  /** Changes an instance in place: all the given parameters, or none. Fails with `not-found` and `conflict`. */
  "instance.update": Method<InstanceUpdateParameters, Instance>;
  /** Restarts the TTL of an instance. Fails with `not-found`, and with `invalid` if there is no TTL to restart. */
  "instance.extend": Method<InstanceExtendParameters, Instance>;
  /**
   * Starts a stopped instance, and waits until it is ready. Succeeds if it is running already. Fails with `not-found`.
   */
  "instance.start": Method<InstanceTarget, Instance>;
  /** Shuts an instance down. Succeeds if it is stopped already. Fails with `not-found`. */
  "instance.stop": Method<InstanceStopParameters, Instance>;
  /** Stops an instance and starts it again. Fails with `not-found`. */
  "instance.restart": Method<InstanceStopParameters, Instance>;
  /**
   * Runs a command as root in a running instance. An exit code other than 0 is a result. Fails with `not-found`,
   * `conflict` if the instance is not running, and `timeout`.
   */
  "instance.exec": Method<InstanceExecParameters, InstanceExecResult>;
  /**
   * Starts a command as root in a running instance, whose output is read while it runs. The daemon ends the command if no
   * call names it for 10 seconds. Fails with `not-found`, and with `conflict` if the instance is not running.
   */
  "instance.execStart": Method<InstanceExecStartParameters, InstanceExecStream>;
  /**
   * Waits for output of such a command, or for its end. The last answer has the exit code. Fails with the error of the
   * command if that could not be run, and with `not-found` if the daemon has ended it.
   */
  "instance.execRead": Method<InstanceExecReadParameters, InstanceExecReadResult>;
  /** Sends standard input to such a command. Fails with `not-found` if the daemon has ended it. */
  "instance.execWrite": Method<InstanceExecWriteParameters, InstanceExecWriteResult>;
  /** Kills such a command with all its processes. Succeeds if it does not exist. */
  "instance.execEnd": Method<InstanceExecStream, InstanceExecEndResult>;
  /**
   * Returns the exit code and the end of the output of an instance's `userData`, also while it runs, and for some time
   * after a failed create. Fails with `not-found`.
   */
  "instance.log": Method<InstanceTarget, InstanceLogResult>;
  /**
   * Makes a container that MiniCloud did not create an instance of the daemon, without a stop. Fails with `not-found`, and
   * with `conflict` if a daemon has it already.
   */
  "instance.takeOver": Method<InstanceTakeOverParameters, Instance>;
  /** Destroys an instance in any state, and returns after that. Succeeds if it does not exist. */
  "instance.destroy": Method<InstanceTarget, InstanceDestruction>;
  /**
   * Creates a fleet, or brings the fleet with this name to the given state. Returns when the daemon has recorded it;
   * `fleet.wait` tells when it is complete. Fails as `instance.create` does, and then reserves nothing.
   */
  "fleet.apply": Method<FleetApplyParameters, FleetSummary>;
  /** Returns why a `fleet.apply` would fail after the fleet of the same `clientToken` is destroyed. Changes nothing. */
  "fleet.check": Method<FleetCheckParameters, Problems>;
  /** Returns a fleet with its members. Fails with `not-found`. */
  "fleet.get": Method<FleetTarget, Fleet>;
  /** Records the owner of a fleet, after which its client token recovers nothing. Fails with `not-found`. */
  "fleet.confirm": Method<FleetConfirmParameters, Fleet>;
  /** Returns the fleets without their members, by default all of them. */
  "fleet.list": Method<LabelFilter, FleetSummary[]>;
  /**
   * Waits until the last change of a fleet is complete or the time is over. Fails with the error of the change if that
   * failed, and with `not-found`.
   */
  "fleet.wait": Method<FleetWaitParameters, FleetWaitResult>;
  /** Restarts the TTL of a fleet. Fails with `not-found`, and with `invalid` if there is no TTL to restart. */
  "fleet.extend": Method<FleetExtendParameters, FleetSummary>;
  /**
   * Changes the count or the TTL of a fleet, and leaves the rest. With a count, also the present one, missing and stopped
   * members are created again. Returns when the daemon has recorded it; `fleet.wait` tells when it is complete. Fails with `not-found`, and as `fleet.apply` does.
   */
  "fleet.update": Method<FleetUpdateParameters, FleetSummary>;
  /** Destroys a fleet with all its members, and returns after that. Succeeds if it does not exist. */
  "fleet.destroy": Method<FleetTarget, FleetDestruction>;
  /** Stores a public key under a name. Fails with `conflict` if the name is taken. */
  "key.add": Method<KeyAddParameters, Key>;
  /** Returns a key. Fails with `not-found`. */
  "key.get": Method<KeyTarget, Key>;
  /** Records the owner of a key, after which its client token recovers nothing. Fails with `not-found`. */
  "key.confirm": Method<KeyConfirmParameters, Key>;
  /** Returns all keys. */
  "key.list": Method<NoParameters, Key[]>;
  /** Replaces the public half of a key, also on the instances that have it. Fails with `not-found`. */
  "key.update": Method<KeyUpdateParameters, Key>;
  /** Removes a key, also from the instances that have it. Succeeds if it does not exist. */
  "key.remove": Method<KeyTarget, KeyRemoval>;
  /** Opens a lease. When it ends, the daemon destroys what was created with it. */
  "lease.open": Method<LeaseOpenParameters, Lease>;
  /** Renews a lease. Fails with `not-found` if it has ended. */
  "lease.renew": Method<LeaseTarget, LeaseRenewal>;
  /** Ends a lease, and returns when everything that was created with it is destroyed. Succeeds if it has ended. */
  "lease.end": Method<LeaseTarget, LeaseEnd>;
  /** Returns what client tokens created. Omits tokens that created nothing. */
  "token.list": Method<TokenListParameters, ClaimedToken[]>;
  /** Creates an access token, and returns its text once. Fails with `conflict` for a name that has a token. */
  "accessToken.add": Method<AccessTokenAddParameters, NewAccessToken>;
  /** Returns all access tokens, without their texts. */
  "accessToken.list": Method<NoParameters, AccessToken[]>;
  /**
   * Removes an access token, and ends the calls that wait with it. What it created stays. Succeeds if it does not exist.
   * Fails with `conflict` for the local admin's, which can only be rotated.
   */
  "accessToken.revoke": Method<AccessTokenTarget, AccessTokenRevocation>;
  /** Replaces the text of an access token, and returns the new one once. Fails with `not-found`. */
  "accessToken.rotate": Method<AccessTokenRotateParameters, NewAccessToken>;
  /**
   * Accepts a client certificate in place of the text of a token, or none any more. Fails with `not-found`, and with
   * `conflict` for the certificate of another token.
   */
  "accessToken.setCertificate": Method<AccessTokenSetCertificateParameters, AccessToken>;
  /**
   * Changes what the account of a token may have. Destroys nothing. Fails with `not-found` if there is no such token, and with
   * `conflict` for the local admin's.
   */
  "accessToken.setQuota": Method<AccessTokenSetQuotaParameters, AccessToken>;
  /** Returns the latest entries of the audit log that match, the oldest of them first. */
  "audit.list": Method<AuditListParameters, AuditEntry[]>;
  /**
   * Returns what happened to instances and fleets, the oldest first. The daemon keeps the latest 4096 events in its memory. If
   * events after `after` are lost, the first one is of the kind `missed`.
   */
  "event.list": Method<EventListParameters, MinicloudEvent[]>;
  /** Returns the images that instances of the caller can start from. A user sees those of admins and its own. */
  "image.list": Method<NoParameters, Image[]>;
  /** Creates an image from an archive on the daemon's host. Fails with `conflict` if the name is taken. */
  "image.import": Method<ImageImportParameters, Image>;
  /**
   * Begins to upload an archive. The daemon drops it if no call names it for 60 seconds. Fails with `conflict` if the name is
   * taken, and with `exhausted` if too many archives are being uploaded.
   */
  "image.uploadStart": Method<ImageUploadStartParameters, ImageUpload>;
  /** Sends a piece of an archive. Bytes that arrived before are skipped. Fails with `not-found` if it was dropped. */
  "image.uploadWrite": Method<ImageUploadWriteParameters, ImageUploadProgress>;
  /** Creates an image from an uploaded archive. Fails with `invalid` if that is no root file system. */
  "image.uploadEnd": Method<ImageUpload, Image>;
  /** Drops an upload. Succeeds if it does not exist. */
  "image.uploadCancel": Method<ImageUpload, ImageUploadCancellation>;
  /** Removes an image. Succeeds if it does not exist. Fails with `conflict` if an instance uses it. */
  "image.remove": Method<ImageTarget, ImageRemoval>;
  /** Returns the instance types. */
  "type.list": Method<NoParameters, InstanceType[]>;
  /** Returns the daemon's release, driver, features and free addresses. */
  "server.info": Method<NoParameters, ServerInfo>;
  /** Changes how many instances of an image the daemon starts ahead, until it ends. Only for an admin. */
  "pool.set": Method<PoolSetParameters, PoolState>;
  /** Lists the pools of instances that the daemon starts ahead. For an admin or a reader. */
  "pool.list": Method<NoParameters, PoolState[]>;
  /**
   * Changes the state of a simulated member of a cluster, to try programs against its failure, and returns all members. Only
   * for an admin. Fails with `invalid` if the members are real, and with `not-found` if there is no such member.
   */
  "member.simulate": Method<MemberSimulateParameters, Member[]>;
}

/** Names a method of the daemon. */
export type MethodName = keyof Methods;

/** Describes what a caller passes to a method. Parameters with a default can be absent. */
export type MethodParameters<M extends MethodName> = Methods[M]["parameters"];

/** Describes what a method returns. */
export type MethodResult<M extends MethodName> = Methods[M]["result"];
