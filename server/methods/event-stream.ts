import { eventFilterSchema, eventIdSchema } from "../../protocol/methods/event";
import { validate } from "../../protocol/validate";
import type { Caller } from "../cloud/access/caller";
import { requireShare } from "../cloud/access/shares";
import type { Events, Follower } from "../cloud/events/events";

/** A request for the events that a caller may see. */
export interface EventRequest {
  readonly caller: Caller;
  /** `instance`, `fleet`, `kind`, `label` and `after`; `kind` and `label` can be repeated. */
  readonly query: URLSearchParams;
  /** The id of the last event that the client has, in place of `after`. */
  readonly lastEventId: string | undefined;
}

/** Passes on the events of a request until the function that it returns is called. */
export type FollowEvents = (follower: Follower) => () => void;

/** Returns how requests for events are answered. */
export function eventStreams(events: Events): (request: EventRequest) => FollowEvents {
  const open = new Set<Caller>();
  return ({ caller, query, lastEventId }) => {
    const { after, ...filter } = validate(querySchema, given(query, lastEventId), "GET /events");
    requireShare(caller, "event stream", open);
    return (follower) => {
      const each = { ...caller };
      open.add(each);
      const stop = events.follow(caller, filter, after, follower);
      return () => {
        open.delete(each);
        stop();
      };
    };
  };
}

const querySchema = eventFilterSchema.extend({ after: eventIdSchema.optional() });

/** How each name of a query becomes a member of the filter. An unknown name stays, and is refused. */
const members: Readonly<Record<string, (values: readonly string[]) => object>> = {
  instance: ([value = "", ...others]) => ({
    instance: others.length > 0 ? [value, ...others] : /^[0-9]+$/.test(value) ? Number(value) : value,
  }),
  kind: (values) => ({ kinds: values }),
  label: (values) => ({ labels: Object.fromEntries(values.map(labelOf)) }),
};

function given(query: URLSearchParams, lastEventId: string | undefined): object {
  const parts = [...new Set(query.keys())].map((name) => {
    const values = query.getAll(name);
    const member = Object.hasOwn(members, name) ? members[name] : undefined;
    return member?.(values) ?? { [name]: values.length === 1 ? values[0] : values };
  });
  return Object.assign({}, ...parts, lastEventId === undefined ? {} : { after: lastEventId }) as object;
}

function labelOf(text: string): [string, string] {
  const at = text.indexOf("=");
  return at === -1 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}
