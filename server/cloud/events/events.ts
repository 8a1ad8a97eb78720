import type { ParsedEventFilter } from "../../../protocol/methods/event";
import { type EventKind, keptEvents, type MinicloudEvent } from "../../../protocol/methods/event";
import type { MethodResult, ParsedParameters } from "../../../protocol/methods/method-table";
import { BoundedMap } from "../../support/bounded-map";
import { carries } from "../../support/labels";
import { type Accounted, accountOf } from "../access/account";
import type { Caller } from "../access/caller";
import { failureFor, type ShownFailure } from "../access/hidden-output";
import { isOpenTo } from "../access/rights";

/** The part of an instance's record that its events have. */
export interface EventfulInstance extends Accounted {
  readonly id: number;
  readonly uid: string;
  readonly name: string;
  readonly image: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly fleet?: { readonly name: string } | undefined;
}

/** The part of a fleet's record that its events have. */
export interface EventfulFleet extends Accounted {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** An event with what decides who sees it. */
interface KeptEvent {
  readonly event: Omit<MinicloudEvent, "reason">;
  readonly reason: ShownFailure | undefined;
  readonly owned: Accounted;
  readonly labels: Readonly<Record<string, string>>;
}

/** Gets the events of one client. */
export interface Follower {
  readonly see: (event: MinicloudEvent) => void;
  /** Called once, with the id of the latest event of all, when the events that were kept are passed on. */
  readonly caughtUp: (lastId: string) => void;
}

type Listener = (kept: KeptEvent) => void;

/** What happened to instances and fleets: the latest of it, and the clients that follow it. In memory only. */
export class Events {
  readonly #life: string;
  readonly #kept = new BoundedMap<number, KeptEvent>(keptEvents);
  readonly #listeners = new Set<Listener>();
  #last = 0;

  /** @param startedAtMs distinguishes the ids of this daemon from those of an earlier one. */
  constructor(startedAtMs = Date.now()) {
    this.#life = startedAtMs.toString(36);
  }

  /** @param reason a text that may quote the output of a program in the instance is marked as such. Default: none. */
  tell(kind: EventKind, record: EventfulInstance, reason?: ShownFailure): void {
    const { id, uid, name, image, fleet, labels } = record;
    this.#add(kind, record, labels, reason, {
      instance: { id, uid, name, image },
      ...(fleet && { fleet: fleet.name }),
    });
  }

  tellOfFleet(kind: EventKind, record: EventfulFleet, reason?: ShownFailure): void {
    this.#add(kind, record, record.labels, reason, { fleet: record.name });
  }

  /** Returns the latest events that the caller may see. If earlier ones are missing, the first one says `missed`. */
  list(
    caller: Caller,
    { after, limit, ...filter }: ParsedParameters<"event.list">,
  ): MethodResult<"event.list"> {
    const { events, missed } = this.#after(after);
    const shown = events
      .filter((kept) => isShown(kept, caller, filter))
      .slice(-limit)
      .map((kept) => describe(kept, caller));
    return missed ? [this.#missed(events[0]), ...shown].slice(-limit) : shown;
  }

  /**
   * Passes on what the caller may see: at once all after an event, and then each when it happens.
   *
   * @param after the id of an event. Default: only what happens from now on.
   * @returns a function that ends it.
   */
  follow(
    caller: Caller,
    filter: ParsedEventFilter,
    after: string | undefined,
    { see, caughtUp }: Follower,
  ): () => void {
    if (after !== undefined) {
      this.list(caller, { ...filter, after, limit: keptEvents }).forEach(see);
    }
    caughtUp(`${this.#life}-${this.#last}`);
    const listener: Listener = (kept) => {
      if (isShown(kept, caller, filter)) {
        see(describe(kept, caller));
      }
    };
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #add(
    kind: EventKind,
    owned: Accounted,
    labels: KeptEvent["labels"],
    reason: ShownFailure | undefined,
    subject: Pick<MinicloudEvent, "instance" | "fleet">,
  ): void {
    this.#last += 1;
    const kept: KeptEvent = {
      event: {
        id: `${this.#life}-${this.#last}`,
        time: new Date().toISOString(),
        kind,
        ...subject,
        account: accountOf(owned),
      },
      reason,
      owned,
      labels,
    };
    this.#kept.set(this.#last, kept);
    this.#listeners.forEach((listener) => listener(kept));
  }

  /** Returns the events after an id, and whether earlier ones after it are no longer there. */
  #after(id: string | undefined): { readonly events: readonly KeptEvent[]; readonly missed: boolean } {
    const [life, number = "0"] = (id ?? "").split("-");
    const isOwn = life === this.#life && Number(number) <= this.#last;
    const from = isOwn ? Number(number) : 0;
    const events = [...this.#kept].filter(([each]) => each > from).map(([, kept]) => kept);
    const isComplete = isOwn && this.#last - from === events.length;
    return { events, missed: id !== undefined && !isComplete };
  }

  /** It has the id before the first event that is left, so that a client which continues after it gets that one. */
  #missed(first: KeptEvent | undefined): MinicloudEvent {
    const before = first === undefined ? this.#last : Number(first.event.id.split("-")[1]) - 1;
    return {
      id: `${this.#life}-${before}`,
      time: first?.event.time ?? new Date().toISOString(),
      kind: "missed",
      reason:
        "events before this one are lost: too many came since, or the daemon was started again; list the instances to see their state",
    };
  }
}

function isShown({ event, owned, labels }: KeptEvent, caller: Caller, filter: ParsedEventFilter): boolean {
  const { instance, fleet, kinds } = filter;
  return (
    isOpenTo(caller, owned) &&
    (instance === undefined || event.instance?.id === instance || event.instance?.name === instance) &&
    (fleet === undefined || event.fleet === fleet) &&
    (kinds?.includes(event.kind) ?? true) &&
    carries(labels, filter.labels ?? {})
  );
}

function describe({ event, reason }: KeptEvent, caller: Caller): MinicloudEvent {
  return reason === undefined ? event : { ...event, reason: failureFor(caller, reason) };
}
