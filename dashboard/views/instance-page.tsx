import { useEffect, useMemo, useState } from "preact/hooks";
import type { Instance } from "../../protocol/types/instance";
import type { Session } from "../connection/requests";
import { useDialogs } from "../dialogs/dialogs";
import type { CloudView } from "../state/cloud-view";
import { stackOf } from "../state/filters";
import { useValue } from "../state/observable";
import { hrefOf } from "../state/route";
import { timeText } from "../state/texts";
import { TerminalSection } from "../terminal/terminal-section";
import { EventsSection } from "./events-section";
import { LogSection } from "./log-section";
import { mayChange } from "./rights";
import { Status } from "./status";
import { TimeLeft } from "./time-left";
import { CpuUse, MemoryUse } from "./use-of";

interface PageProperties {
  readonly id: number;
  readonly session: Session;
  readonly cloud: CloudView;
}

/** All about one instance. It stays when the instance is destroyed, so that its last events can be read. */
export function InstancePage({ id, session, cloud }: PageProperties) {
  const { instances, info } = useValue(cloud.snapshot);
  const present = instances.get(id);
  const [last, setLast] = useState<Instance | undefined>(present);
  useEffect(() => {
    if (present !== undefined) {
      setLast(present);
    }
  }, [present]);
  const shown = present ?? last;
  const name = shown?.name ?? `Instance ${id}`;
  useEffect(() => {
    document.title = `${name} - MiniCloud`;
  }, [name]);
  const canChange = shown !== undefined && mayChange(session, shown);
  return (
    <>
      <p>
        <a href={hrefOf("instances")}>All instances</a>
      </p>
      <h1 tabIndex={-1}>{name}</h1>
      {present === undefined && (
        <p role="status" class="note">
          {info === undefined
            ? "Loading…"
            : `There is no instance ${id}, or it belongs to another account. It may have been destroyed.`}
        </p>
      )}
      {present !== undefined && canChange && <Actions instance={present} />}
      {present !== undefined && <Facts instance={present} cloud={cloud} />}
      {present !== undefined && (
        <TerminalSection instance={present} calls={cloud.calls} isAllowed={canChange} />
      )}
      {shown !== undefined && <LogSection instance={shown} cloud={cloud} isAllowed={canChange} />}
      <EventsSection id={id} cloud={cloud} />
    </>
  );
}

function Actions({ instance }: { instance: Instance }) {
  const dialogs = useDialogs();
  return (
    <p class="buttons">
      <button type="button" onClick={() => dialogs.extend({ kind: "instance", one: instance })}>
        Extend
      </button>
      <button
        type="button"
        class="danger"
        onClick={() => dialogs.destroy({ kind: "instance", one: instance })}
      >
        Destroy
      </button>
    </p>
  );
}

function Facts({ instance, cloud }: { instance: Instance; cloud: CloudView }) {
  const { types, clockDifferenceMs } = useValue(cloud.snapshot);
  const type = types.get(instance.type);
  const facts = useMemo(
    () =>
      Object.entries({
        Status: <Status status={instance.status} />,
        "Waits for": instance.waitingFor,
        Problem: instance.failure,
        Address: instance.ipAddress,
        "IPv6 address": instance.ipv6Address,
        "Host name": instance.hostname,
        Member: instance.member,
        Fleet: instance.fleet && (
          <a href={hrefOf("instances", { fleet: instance.fleet.name })}>{instance.fleet.name}</a>
        ),
        Owner: instance.account,
        Stack: stackOf(instance),
        "TTL left": <TimeLeft expiresAt={instance.expiresAt} clockDifferenceMs={clockDifferenceMs} />,
        Image: instance.image,
        Type: instance.type,
        Memory: <MemoryUse usage={cloud.usage} instance={instance} type={type} />,
        CPU: <CpuUse usage={cloud.usage} instance={instance} type={type} />,
        Keys: instance.keys.join(", "),
        Created: timeText(instance.createdAt),
        Labels: labelsOf(instance),
      }),
    [instance, type, clockDifferenceMs],
  );
  return (
    <section aria-labelledby="facts">
      <h2 id="facts">Properties</h2>
      <dl class="facts">
        {facts
          .filter(([, value]) => value !== undefined && value !== "")
          .map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
    </section>
  );
}

function labelsOf({ labels }: Instance) {
  const all = Object.entries(labels);
  return all.length === 0 ? undefined : (
    <ul class="labels">
      {all.map(([key, value]) => (
        <li key={key}>
          <code>
            {key}={value}
          </code>
        </li>
      ))}
    </ul>
  );
}
