import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

interface DialogProperties {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

const focusable = "button, input, a[href]";

/** A modal dialog. It keeps the focus, closes with Escape, and gives the focus back. */
export function Dialog({ title, onClose, children }: DialogProperties) {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const opener = document.activeElement;
    const { current: element } = dialog;
    element?.showModal();
    return () => {
      // First, because nothing outside of an open dialog can have the focus.
      element?.close();
      if (opener instanceof HTMLElement) {
        opener.focus();
      }
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby="dialog-title"
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onKeyDown={trapFocus}
    >
      <h2 id="dialog-title">{title}</h2>
      {children}
    </dialog>
  );
}

/** The browser keeps the focus from the page below, and not from its own controls. */
function trapFocus(event: KeyboardEvent): void {
  const dialog = event.currentTarget as HTMLElement;
  const parts = [...dialog.querySelectorAll<HTMLElement>(focusable)];
  const [first] = parts;
  const last = parts.at(-1);
  if (event.key === "Tab" && document.activeElement === (event.shiftKey ? first : last)) {
    event.preventDefault();
    (event.shiftKey ? last : first)?.focus();
  }
}
