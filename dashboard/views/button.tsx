import type { ComponentChildren, Ref } from "preact";

interface ButtonProperties {
  /** While it is false, the button does nothing. It keeps the focus, which a disabled one would lose to the whole page. */
  readonly isUsable: boolean;
  readonly type?: "button" | "submit";
  readonly class?: string;
  readonly element?: Ref<HTMLButtonElement>;
  /** For a button that submits, the form decides. */
  readonly onClick?: () => void;
  readonly children: ComponentChildren;
}

/** A button that cannot be used at all times. */
export function Button({
  isUsable,
  type = "button",
  class: className,
  element,
  onClick,
  children,
}: ButtonProperties) {
  return (
    <button
      ref={element ?? null}
      type={type}
      class={className}
      aria-disabled={isUsable ? undefined : "true"}
      onClick={(event) => {
        if (isUsable) {
          onClick?.();
        } else {
          event.preventDefault();
        }
      }}
    >
      {children}
    </button>
  );
}
