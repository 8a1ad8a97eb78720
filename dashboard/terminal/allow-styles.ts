/**
 * Lets xterm.js set its styles although the page's policy forbids styles within the document. It creates style elements, and
 * sets attributes `style`, which the browser would ignore. Styles that a script sets by the object model are allowed, so
 * elements that are created from now on use that.
 *
 * @returns a function that ends it.
 */
export function allowStyles(page: Document): () => void {
  const sheets = new Set<CSSStyleSheet>();
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- only its overload for deprecated elements is
  const create = page.createElement.bind(page);
  const created = (name: string, options?: ElementCreationOptions): HTMLElement => {
    if (name !== "style") {
      return giveStyle(create(name, options));
    }
    // The browser would report even an empty style element.
    const element = create("template");
    sheets.add(giveSheet(page, element));
    return element;
  };
  Object.defineProperty(page, "createElement", { configurable: true, value: created });
  return () => {
    Reflect.deleteProperty(page, "createElement");
    page.adoptedStyleSheets = page.adoptedStyleSheets.filter((sheet) => !sheets.has(sheet));
  };
}

/** The text of the element becomes that of a sheet of the page. */
function giveSheet(page: Document, element: HTMLElement): CSSStyleSheet {
  const sheet = new CSSStyleSheet();
  page.adoptedStyleSheets = [...page.adoptedStyleSheets, sheet];
  Object.defineProperty(element, "textContent", {
    configurable: true,
    get: () => "",
    set: (text: string) => sheet.replaceSync(text),
  });
  return sheet;
}

function giveStyle(element: HTMLElement): HTMLElement {
  const set = element.setAttribute.bind(element);
  Object.defineProperty(element, "setAttribute", {
    configurable: true,
    value: (name: string, value: string): void => {
      if (name === "style") {
        element.style.cssText = value;
      } else {
        set(name, value);
      }
    },
  });
  return element;
}
