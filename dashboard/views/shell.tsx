import { useEffect } from "preact/hooks";
import { logOut, type Session } from "../connection/requests";
import { Dialogs } from "../dialogs/dialogs";
import { announcement } from "../state/announcements";
import type { CloudView } from "../state/cloud-view";
import { useValue } from "../state/observable";
import { hrefOf, route } from "../state/route";
import { FleetsView } from "./fleets-view";
import { InstancePage } from "./instance-page";
import { InstancesView } from "./instances-view";

interface ShellProperties {
  readonly session: Session;
  readonly cloud: CloudView;
  readonly onEnd: (reason: string) => void;
}

/** What surrounds every view: the header, the navigation, messages, and the dialogs. */
export function Shell({ session, cloud, onEnd }: ShellProperties) {
  const { view, id } = useValue(route);
  const { isConnected, problem, info } = useValue(cloud.snapshot);
  useEffect(() => {
    // A screen reader then reads the new view, as after a page was loaded.
    document.querySelector<HTMLElement>("h1")?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }, [view, id]);
  const leave = async (): Promise<void> => {
    await logOut(session).catch(() => undefined);
    onEnd("You logged out.");
  };
  return (
    <Dialogs session={session} cloud={cloud}>
      <a class="skip" href="#content" onClick={skipToContent}>
        Skip to the content
      </a>
      <header class="bar">
        <a class="brand" href={hrefOf("instances")}>
          MiniCloud
        </a>
        <nav aria-label="Views">
          <NavLink path="instances" text="Instances" current={view === "instances"} />
          <NavLink path="fleets" text="Fleets" current={view === "fleets"} />
        </nav>
        <p class="who">
          <span class="account">{session.account}</span> <span class="role">({session.role})</span>
        </p>
        <button type="button" onClick={() => void leave()}>
          Log out
        </button>
      </header>
      {!isConnected && info !== undefined && (
        <p class="banner" role="status">
          The connection to the daemon is lost. What you see can be old.
        </p>
      )}
      {problem !== undefined && (
        <p class="banner" role="alert">
          {problem}
        </p>
      )}
      <main id="content" tabIndex={-1}>
        {view === "instances" && <InstancesView session={session} cloud={cloud} />}
        {view === "fleets" && <FleetsView session={session} cloud={cloud} />}
        {view === "instance" && <InstancePage key={id} id={id} session={session} cloud={cloud} />}
      </main>
      <Announcer />
    </Dialogs>
  );
}

/** The address has the view, so the link must not change it. */
function skipToContent(event: Event): void {
  event.preventDefault();
  document.getElementById("content")?.focus();
}

function NavLink({ path, text, current }: { path: string; text: string; current: boolean }) {
  return (
    <a href={hrefOf(path)} aria-current={current ? "page" : undefined}>
      {text}
    </a>
  );
}

function Announcer() {
  return (
    <p class="unseen" role="status">
      {useValue(announcement)}
    </p>
  );
}
