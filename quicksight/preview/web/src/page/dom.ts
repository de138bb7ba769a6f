/** Elements in one line each. Text is set as text, never as markup. */

type Child = Node | string | null | false | undefined;
type Attributes = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** Return an element with attributes (null and false are left out) and children. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  setAttributes(made, attributes);
  made.append(...children.filter((child): child is Node | string => Boolean(child)));
  return made;
}

/** Return an element of SVG. */
export function drawn(name: string, attributes: Attributes = {}, ...children: readonly Child[]): SVGElement {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  setAttributes(made, attributes);
  made.append(...children.filter((child): child is Node | string => Boolean(child)));
  return made;
}

function setAttributes(made: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== false && value !== undefined)
      made.setAttribute(name, value === true ? "" : String(value));
  }
}

/** Return a button that does something. */
export function button(text: string, does: () => void, attributes: Attributes = {}): HTMLButtonElement {
  const made = element("button", { type: "button", ...attributes }, text);
  made.addEventListener("click", does);
  return made;
}

let count = 0;
/** Return an id that no other element has. */
export function newId(what: string): string {
  return `${what}-${++count}`;
}

/** Return after the browser has painted what was changed. */
export function painted(): Promise<void> {
  return new Promise((done) => {
    if (document.visibilityState === "hidden") return void setTimeout(done);
    requestAnimationFrame(() => setTimeout(done));
  });
}
