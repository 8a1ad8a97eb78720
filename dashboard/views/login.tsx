import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { logIn, type Session } from "../connection/requests";
import { Button } from "./button";

interface LoginProperties {
  /** Why an earlier session ended; empty for none. */
  readonly reason: string;
  readonly onLogin: (session: Session) => void;
}

/** Asks for a token. The page keeps it only until the daemon has answered. */
export function Login({ reason, onLogin }: LoginProperties) {
  const input = useRef<HTMLInputElement>(null);
  const [problem, setProblem] = useState("");
  const [isBusy, setIsBusy] = useState(false);
  // Before the page is shown: what is typed at once must not be lost.
  useLayoutEffect(() => {
    document.title = "Log in - MiniCloud";
    input.current?.focus();
  }, []);
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    setIsBusy(true);
    setProblem("");
    try {
      onLogin(await logIn(input.current?.value.trim() ?? ""));
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
      setIsBusy(false);
      input.current?.select();
    }
  };
  return (
    <main class="login">
      <h1>MiniCloud</h1>
      {reason !== "" && (
        <p class="note" role="status">
          {reason}
        </p>
      )}
      <form onSubmit={(event) => void send(event)}>
        <label for="token">Access token</label>
        <input
          id="token"
          ref={input}
          type="password"
          autocomplete="current-password"
          required
          spellcheck={false}
          aria-describedby="token-help"
          aria-invalid={problem !== ""}
        />
        <p id="token-help" class="hint">
          The text that an admin gave you, or on the daemon's host the file <code>token</code> in its state
          folder.
        </p>
        <p role="alert" class="problem">
          {problem}
        </p>
        <Button type="submit" class="primary" isUsable={!isBusy}>
          {isBusy ? "Logging in…" : "Log in"}
        </Button>
      </form>
    </main>
  );
}
