import { useEffect, useMemo, useState } from "preact/hooks";
import type { MinicloudEvent } from "../../protocol/types/event";
import type { CloudView } from "../state/cloud-view";
import { timeText } from "../state/texts";

interface EventsProperties {
  readonly id: number;
  readonly cloud: CloudView;
}

/** What happened to an instance: what the daemon still knows, and what happens now. The latest is first. */
export function EventsSection({ id, cloud }: EventsProperties) {
  const events = useEvents(id, cloud);
  const latestFirst = useMemo(
    () => [...events.values()].sort((one, other) => Date.parse(one.time) - Date.parse(other.time)).reverse(),
    [events],
  );
  return (
    <section aria-labelledby="events">
      <h2 id="events">Events</h2>
      {latestFirst.length === 0 && <p class="hint">The daemon knows no events of this instance.</p>}
      <ol class="events" aria-label="Events, the latest first">
        {latestFirst.map(({ id: key, time, kind, reason }) => (
          <li key={key}>
            <time dateTime={time}>{timeText(time)}</time> <strong>{kind}</strong>
            {reason !== undefined && <span class="reason"> {reason}</span>}
          </li>
        ))}
      </ol>
    </section>
  );
}

/** Returns the events of an instance by their ids, and keeps them whatever else happens. */
function useEvents(id: number, cloud: CloudView): ReadonlyMap<string, MinicloudEvent> {
  const [known, setKnown] = useState<ReadonlyMap<string, MinicloudEvent>>(new Map());
  useEffect(() => {
    let isGone = false;
    const add = (events: readonly MinicloudEvent[]): void => {
      const own = events.filter(({ instance }) => instance?.id === id);
      if (!isGone && own.length > 0) {
        setKnown((before) => new Map([...before, ...own.map((event) => [event.id, event] as const)]));
      }
    };
    const list = (): void => void cloud.calls.one("event.list", { instance: id }).then(add, () => undefined);
    list();
    const unfollow = cloud.latestEvent.follow(() => {
      const { value } = cloud.latestEvent;
      if (value?.kind === "missed") {
        list();
      } else if (value !== undefined) {
        add([value]);
      }
    });
    return () => {
      isGone = true;
      unfollow();
    };
  }, [cloud, id]);
  return known;
}
