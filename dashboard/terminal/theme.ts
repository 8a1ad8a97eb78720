import type { ITheme } from "@xterm/xterm";

const darkTheme: ITheme = {
  background: "#0b1020",
  foreground: "#e5e7eb",
  cursor: "#e5e7eb",
  selectionBackground: "#3b4a6b",
};

const lightTheme: ITheme = {
  background: "#ffffff",
  foreground: "#111827",
  cursor: "#111827",
  selectionBackground: "#bfd3ff",
  // The usual bright colours cannot be read on white.
  yellow: "#7a5c00",
  brightYellow: "#7a5c00",
  green: "#0a6b2d",
  brightGreen: "#0a6b2d",
  cyan: "#0b6570",
  brightCyan: "#0b6570",
  white: "#4b5563",
  brightWhite: "#111827",
};

/** Returns the colours of the terminal for a dark or a light page. */
export function themeOf(isDark: boolean): ITheme {
  return isDark ? darkTheme : lightTheme;
}
