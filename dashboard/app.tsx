import { useEffect, useState } from "preact/hooks";
import { Calls } from "./connection/calls";
import { currentSession, type Session } from "./connection/requests";
import { CloudView } from "./state/cloud-view";
import { Login } from "./views/login";
import { Shell } from "./views/shell";

/** The whole page: the login, or what a session may see. */
export function App() {
  const [session, setSession] = useState<Session | undefined>();
  const [isKnown, setIsKnown] = useState(false);
  const [reason, setReason] = useState("");
  useEffect(() => {
    currentSession()
      .then(setSession, () => undefined)
      .finally(() => setIsKnown(true));
  }, []);
  if (!isKnown) {
    return <p class="center">Loading…</p>;
  }
  if (session === undefined) {
    return (
      <Login
        reason={reason}
        onLogin={(opened) => {
          setReason("");
          setSession(opened);
        }}
      />
    );
  }
  return (
    <LoggedIn
      key={session.csrf}
      session={session}
      onEnd={(why) => {
        setReason(why);
        setSession(undefined);
      }}
    />
  );
}

interface LoggedInProperties {
  readonly session: Session;
  readonly onEnd: (reason: string) => void;
}

function LoggedIn({ session, onEnd }: LoggedInProperties) {
  const [cloud] = useState(() => new CloudView(new Calls(session, onEnd)));
  useEffect(() => {
    cloud.start();
    return () => cloud.close();
  }, [cloud]);
  return <Shell session={session} cloud={cloud} onEnd={onEnd} />;
}
