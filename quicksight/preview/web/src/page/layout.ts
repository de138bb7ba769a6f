/** The page around the visuals: navigation, controls, answer, sheets. */
import type { Definition, Visual } from "../model/definition.ts";
import { Card, type Surroundings } from "./card.ts";
import { button, element } from "./dom.ts";
import { currentTheme, keepTheme, showTheme, type ThemeName } from "./theme.ts";

export interface Layout {
  readonly root: HTMLElement;
  readonly controls: HTMLElement;
  readonly choiceLine: HTMLElement;
  readonly answer: HTMLElement;
  readonly announcer: HTMLElement;
  readonly cards: readonly Card[];
  /** Links that keep what is chosen. */
  readonly links: readonly HTMLAnchorElement[];
}

/** Return the page, with a card for each visual and nothing in them yet. */
export function layout(definition: Definition, around: Surroundings, onTheme: () => void, onPrint: () => void): Layout {
  const cards = new Map<Visual, Card>();
  const sheets = definition.sheets.map((sheet) => sheetOf(definition, sheet, around, cards));
  const controls = element("div", { class: "controls", role: "group", "aria-label": "What is shown" });
  const choiceLine = element("summary", { class: "choice-line" });
  const chooser = element("details", { class: "chooser" }, choiceLine, controls);
  const wide = matchMedia("(min-width: 720px)");
  const open = () => (chooser.open = wide.matches);
  wide.addEventListener("change", open);
  open();
  const answer = element("div", { class: "answer" }, element("p", { class: "headline skeleton" }, definition.question));
  const announcer = element("div", { class: "for-readers", role: "status", "aria-live": "polite" });
  const links = dashboardLinks(definition);
  const main = element(
    "main",
    { id: "content", tabindex: -1 },
    element(
      "div",
      { class: "title" },
      element("h1", {}, definition.title),
      element("p", { class: "question" }, definition.question),
    ),
    answer,
    ...(definition.sheets.length > 1 ? [sheetList(definition)] : []),
    ...sheets,
    footer(definition),
  );
  const skip = element("a", { class: "skip", href: "#content" }, "To the content");
  // A link would change the address, and with it what is chosen.
  skip.addEventListener("click", (event) => (event.preventDefault(), main.focus()));
  const top = element("header", { class: "top" }, topLine(definition, links, onTheme, onPrint), chooser);
  const root = element(
    "div",
    { class: definition.is_paginated ? "dashboard paginated" : "dashboard" },
    skip,
    top,
    main,
    announcer,
  );
  return { root, controls, choiceLine, answer, announcer, cards: [...cards.values()], links };
}

function dashboardLinks(definition: Definition): HTMLAnchorElement[] {
  return definition.dashboards.map(({ name, title }) =>
    element(
      "a",
      { href: `${encodeURIComponent(name)}.html`, "aria-current": name === definition.name ? "page" : null },
      title,
    ),
  );
}

function topLine(
  definition: Definition,
  links: readonly HTMLAnchorElement[],
  onTheme: () => void,
  onPrint: () => void,
): HTMLElement {
  const home = element("a", { class: "home", href: "../index.html" }, "Store traffic");
  const lakes = (definition.lakes ?? []).filter(({ name }) => name !== definition.lake.name);
  const others = lakes.map(({ name, title }) =>
    element(
      "a",
      { class: "lake", href: `../${encodeURIComponent(name)}/${encodeURIComponent(definition.name)}.html` },
      title,
    ),
  );
  const lake = element("span", { class: "lake", title: definition.lake.note || null }, definition.lake.title);
  const tools = element("div", { class: "tools" }, themeButton(onTheme), button("Print", onPrint, { class: "print" }));
  return element(
    "div",
    { class: "bar" },
    element("div", { class: "whose" }, home, lake, ...others),
    element("nav", { "aria-label": "Dashboards" }, element("ul", {}, ...links.map((link) => element("li", {}, link)))),
    tools,
  );
}

function themeButton(onTheme: () => void): HTMLButtonElement {
  const other = (): ThemeName => (currentTheme() === "dark" ? "light" : "dark");
  const name = () => (other() === "dark" ? "Dark" : "Light");
  const made = button(
    name(),
    () => {
      const next = other();
      showTheme(next);
      keepTheme(next);
      made.textContent = name();
      onTheme();
    },
    { class: "theme", "aria-label": "Change between light and dark" },
  );
  return made;
}

/** Ways to the sheets of the page; buttons, as a link would change what is chosen. */
function sheetList(definition: Definition): HTMLElement {
  const ways = definition.sheets.map((sheet) =>
    button(sheet.title, () => {
      const head = document.getElementById(`sheet-${sheet.name}`);
      head?.scrollIntoView({ block: "start" });
      head?.focus({ preventScroll: true });
    }),
  );
  return element("nav", { class: "sheets", "aria-label": "On this page" }, ...ways);
}

function sheetOf(
  definition: Definition,
  sheet: Definition["sheets"][number],
  around: Surroundings,
  cards: Map<Visual, Card>,
): HTMLElement {
  const rows = sheet.rows.map((row) => {
    const made = row.map((visual) => new Card(visual, around));
    made.forEach((card) => cards.set(card.visual, card));
    return element(
      "div",
      { class: row.every(({ kind }) => kind === "kpi") ? "row figures" : "row" },
      ...made.map((card) => card.element),
    );
  });
  const isOnly = definition.sheets.length === 1;
  const head = element(
    "h2",
    { id: `sheet-${sheet.name}`, tabindex: -1, class: isOnly ? "for-readers" : null },
    sheet.title,
  );
  return element("section", { class: "sheet", "aria-labelledby": `sheet-${sheet.name}` }, head, ...rows);
}

function footer({ lake, readers }: Definition): HTMLElement {
  const lines = [lake.note, `For: ${readers}. Figures of fewer than five people are not shown.`].filter(Boolean);
  return element("footer", {}, ...lines.map((line) => element("p", { class: "note" }, line)));
}
