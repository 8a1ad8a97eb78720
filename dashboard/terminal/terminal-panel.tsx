import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Instance } from "../../protocol/types/instance";
import type { Calls } from "../connection/calls";

interface PanelProperties {
  readonly instance: Instance;
  readonly calls: Calls;
  readonly onClose: () => void;
  readonly onAgain: () => void;
}

/** A terminal, from the time at which it is opened. */
export function TerminalPanel({ instance, calls, onClose, onAgain }: PanelProperties) {
  const place = useRef<HTMLDivElement>(null);
  const closeButton = useRef<HTMLButtonElement>(null);
  const [ended, setEnded] = useState("");
  const { id, uid, name } = instance;
  useLayoutEffect(() => {
    // The button that opened the terminal is gone, and the screen is not there yet.
    closeButton.current?.focus({ preventScroll: true });
    const { current: element } = place;
    let close = (): void => undefined;
    let isGone = false;
    const leave = (): void => closeButton.current?.focus();
    // Loaded when it is needed, because it is larger than the rest of the page.
    void import("./screen").then(({ openScreen }) => {
      if (!isGone && element !== null) {
        close = openScreen({ element, calls, id, uid, onEnd: setEnded, onLeave: leave });
      }
    });
    return () => {
      isGone = true;
      close();
    };
  }, [calls, id, uid]);
  return (
    <>
      <p class="hint" id="terminal-help">
        Press F6 to leave the terminal with the keyboard.
      </p>
      <div
        ref={place}
        class="terminal"
        role="group"
        aria-label={`Terminal of ${name}`}
        aria-describedby="terminal-help"
      />
      <p role="status" class={ended === "" ? "unseen" : "note"}>
        {ended}
      </p>
      <p class="buttons">
        <button type="button" ref={closeButton} onClick={onClose}>
          Close the terminal
        </button>
        {ended !== "" && (
          <button type="button" onClick={onAgain}>
            Open it again
          </button>
        )}
      </p>
    </>
  );
}
