import { FitAddon } from "@xterm/addon-fit";
import { Terminal } from "@xterm/xterm";
import type { Calls } from "../connection/calls";
import { allowStyles } from "./allow-styles";
import { themeOf } from "./theme";

const sizeSettlesMs = 200;
const leaveKey = "F6";
/** The daemon accepts only short messages, and what users paste can be long. */
const pieceBytes = 64 * 1024;

export interface ScreenOptions {
  /** Where the screen is drawn. */
  readonly element: HTMLElement;
  readonly calls: Calls;
  /** The instance. */
  readonly id: number;
  readonly uid: string;
  /** Called once, with a sentence that says why the terminal ended. */
  readonly onEnd: (reason: string) => void;
  /** Called when the user wants to leave with the keyboard. The terminal itself uses the tab key. */
  readonly onLeave: () => void;
}

/** Opens the screen of a terminal, and its connection. @returns a function that closes both. */
export function openScreen({ element, calls, id, uid, onEnd, onLeave }: ScreenOptions): () => void {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const restoreStyles = allowStyles(document);
  const terminal = new Terminal({
    screenReaderMode: true,
    cursorBlink: false,
    fontFamily: "ui-monospace, 'DejaVu Sans Mono', monospace",
    fontSize: 14,
    // A program in the instance chooses the target and the text of such a link. Without this, a click offers to open it.
    linkHandler: { activate: () => undefined },
    theme: themeOf(dark.matches),
  });
  const fit = new FitAddon();
  terminal.loadAddon(fit);
  terminal.open(element);
  fit.fit();
  terminal.attachCustomKeyEventHandler((event) => {
    if (event.type === "keydown" && event.key === leaveKey) {
      event.preventDefault();
      onLeave();
      return false;
    }
    if (event.key === "Tab") {
      // For screen readers, xterm.js lets the browser have keys as well, and this one would leave the terminal.
      event.preventDefault();
    }
    return true;
  });
  const onScheme = (): void => {
    terminal.options.theme = themeOf(dark.matches);
  };
  dark.addEventListener("change", onScheme);

  const socket = calls.terminal({
    instance: String(id),
    uid,
    columns: String(terminal.cols),
    rows: String(terminal.rows),
  });
  socket.binaryType = "arraybuffer";
  let reason = "";
  let isClosed = false;
  socket.addEventListener("message", ({ data }: MessageEvent<string | ArrayBuffer>) => {
    if (typeof data === "string") {
      reason = (JSON.parse(data) as { ended: string }).ended;
    } else {
      terminal.write(new Uint8Array(data));
    }
  });
  socket.addEventListener("close", () => {
    if (!isClosed) {
      terminal.options.disableStdin = true;
      onEnd(reason === "" ? "The connection of the terminal was lost." : reason);
    }
  });
  const send = (message: Uint8Array<ArrayBuffer> | string): void => {
    if (socket.readyState === WebSocket.OPEN) {
      socket.send(message);
    }
  };
  const type = (bytes: Uint8Array<ArrayBuffer>): void => {
    for (let begin = 0; begin < bytes.length; begin += pieceBytes) {
      send(bytes.subarray(begin, begin + pieceBytes));
    }
  };
  const encoder = new TextEncoder();
  terminal.onData((text) => type(encoder.encode(text)));
  terminal.onBinary((text) => type(Uint8Array.from(text, (letter) => letter.charCodeAt(0))));
  let timer: ReturnType<typeof setTimeout> | undefined;
  terminal.onResize(({ cols: columns, rows }) => {
    clearTimeout(timer);
    timer = setTimeout(() => send(JSON.stringify({ resize: { columns, rows } })), sizeSettlesMs);
  });
  const observer = new ResizeObserver(() => fit.fit());
  observer.observe(element);
  terminal.focus();
  return () => {
    isClosed = true;
    clearTimeout(timer);
    observer.disconnect();
    dark.removeEventListener("change", onScheme);
    socket.close();
    terminal.dispose();
    restoreStyles();
  };
}
