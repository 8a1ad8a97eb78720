/**
 * Moves the focus to the heading when the element that has it disappears, such as the row of an instance that was destroyed.
 * The browser would move it to the whole page, and users of a keyboard would begin at its top.
 *
 * @param root the element with everything that can disappear.
 */
export function keepFocus(root: HTMLElement): void {
  let last: Element | undefined;
  root.addEventListener("focusin", ({ target }) => {
    last = target instanceof Element ? target : undefined;
  });
  new MutationObserver(() => {
    if (last?.isConnected === false && document.activeElement === document.body) {
      last = undefined;
      document.querySelector<HTMLElement>("h1")?.focus({ preventScroll: true });
    }
  }).observe(root, { childList: true, subtree: true });
}
