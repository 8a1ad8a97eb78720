import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Instance } from "../../protocol/types/instance";
import type { Calls } from "../connection/calls";
import { Button } from "../views/button";
import { TerminalPanel } from "./terminal-panel";

interface SectionProperties {
  readonly instance: Instance;
  readonly calls: Calls;
  readonly isAllowed: boolean;
}

/** The terminal of an instance, which is opened by a button. */
export function TerminalSection({ instance, calls, isAllowed }: SectionProperties) {
  const [opened, setOpened] = useState(0);
  const openButton = useRef<HTMLButtonElement>(null);
  const wasOpened = useRef(false);
  useLayoutEffect(() => {
    if (opened === 0 && wasOpened.current) {
      openButton.current?.focus();
    }
    wasOpened.current = opened > 0;
  }, [opened]);
  const isRunning = instance.status === "running";
  return (
    <section aria-labelledby="terminal">
      <h2 id="terminal">Terminal</h2>
      {!isAllowed && <p class="hint">Only the owner of the instance and admins can open a terminal.</p>}
      {isAllowed && opened === 0 && (
        <>
          <Button element={openButton} isUsable={isRunning} onClick={() => setOpened(1)}>
            Open a terminal
          </Button>
          {!isRunning && <p class="hint">The instance must be running.</p>}
        </>
      )}
      {opened > 0 && (
        <TerminalPanel
          key={opened}
          instance={instance}
          calls={calls}
          onClose={() => setOpened(0)}
          onAgain={() => setOpened(opened + 1)}
        />
      )}
    </section>
  );
}
