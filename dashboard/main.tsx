import { render } from "preact";
import { App } from "./app";
import { keepFocus } from "./state/keep-focus";
import "@xterm/xterm/css/xterm.css";
import "./style.css";

const root = document.getElementById("app");
if (root !== null) {
  root.replaceChildren();
  keepFocus(root);
  render(<App />, root);
}
