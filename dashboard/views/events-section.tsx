import { useEffect, useMemo, useState } from "preact/hooks";
import type { MinicloudEvent } from "../../protocol/types/event";
import type { CloudView } from "../state/cloud-view";
import { useValue } from "../state/observable";
import { timeText } from "../state/texts";

interface EventsProperties {
  readonly id: number;
  readonly cloud: CloudView;
}

/** What happened to an instance: what the daemon still knows, and what happens now. The latest is first. */
export function EventsSection({ id, cloud }: EventsProperties) {
  const [earlier, setEarlier] = useState<readonly MinicloudEvent[]>([]);
  const now = useValue(cloud.events);
  useEffect(() => {
    let isGone = false;
    cloud.calls
      .one("event.list", { instance: id })
      .then((events) => {
        if (!isGone) {
          setEarlier(events.filter(({ instance }) => instance?.id === id));
        }
      })
      .catch(() => undefined);
    return () => {
      isGone = true;
    };
  }, [cloud, id]);
  const all = useMemo(() => {
    const own = now.filter(({ instance }) => instance?.id === id);
    return [...new Map([...earlier, ...own].map((event) => [event.id, event])).values()].reverse();
  }, [earlier, now, id]);
  return (
    <section aria-labelledby="events">
      <h2 id="events">Events</h2>
      {all.length === 0 && <p class="hint">The daemon knows no events of this instance.</p>}
      <ol class="events" aria-label="Events, the latest first">
        {all.map(({ id: key, time, kind, reason }) => (
          <li key={key}>
            <time dateTime={time}>{timeText(time)}</time> <strong>{kind}</strong>
            {reason !== undefined && <span class="reason"> {reason}</span>}
          </li>
        ))}
      </ol>
    </section>
  );
}
