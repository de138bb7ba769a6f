/** The frame of a visual: its title and finding, the drawing or why there is none, its table, its CSV. */
import type { Choice, Step } from "../model/choose.ts";
import type { Visual } from "../model/definition.ts";
import { finding, poorNote } from "../model/findings.ts";
import { label } from "../model/format.ts";
import { csvOf, gridColumns } from "../model/grid.ts";
import { drilled, type Result, resultOf, type Scene } from "../model/result.ts";
import { draw, isPlotted } from "../visuals/all.ts";
import { type Drawing, STILL, type View } from "../visuals/view.ts";
import { type GeoJson, loadScript } from "./data.ts";
import { button, element, newId } from "./dom.ts";
import { drawTable } from "./table_view.ts";
import { palette } from "./theme.ts";

/** What a card asks of its page. */
export interface Surroundings {
  readonly scene: Scene;
  readonly assets: string;
  readonly countries: () => Promise<GeoJson | null>;
  enter(visual: Visual, path: readonly Step[]): void;
}

const WITH_OWN_TABLE = new Set(["kpi", "table", "heat_table"]);
const MOST_TABLE_ROWS = 500;

export class Card {
  readonly element: HTMLElement;
  readonly visual: Visual;
  readonly #around: Surroundings;
  readonly #finding = element("p", { class: "finding" });
  readonly #crumbs = element("nav", { class: "crumbs" });
  readonly #actions = element("div", { class: "actions" });
  readonly #body: HTMLElement;
  readonly #notes = element("div", { class: "notes" });
  #drawing: Drawing = STILL;
  #result: Result | null = null;
  #isTable = false;
  #turn = 0;
  #wanted: { choice: Choice; path: readonly Step[] } | null = null;
  /** What was asked for is not drawn yet. */
  isStale = true;

  constructor(visual: Visual, around: Surroundings) {
    this.visual = visual;
    this.#around = around;
    const id = newId("visual");
    this.#body = element("div", { class: "body skeleton", "aria-busy": "true" });
    this.#crumbs.setAttribute("aria-label", `${visual.title}: how deep`);
    const head = element("header", {}, element("h3", { id }, visual.title), this.#actions);
    this.element = element(
      "section",
      { class: `card ${visual.kind}`, "aria-labelledby": id, "data-visual": visual.name },
      head,
      this.#finding,
      this.#crumbs,
      this.#body,
      this.#notes,
    );
    this.element.style.setProperty("--width", String(visual.width));
  }

  /** Ask for other rows; they come with the next `refresh`. */
  want(choice: Choice, path: readonly Step[]): void {
    this.#wanted = { choice, path };
    this.isStale = true;
  }

  /** Work out and draw what was asked for; a later call makes an earlier one void. */
  async refresh(): Promise<void> {
    if (!this.#wanted || !this.isStale) return;
    this.isStale = false;
    const { choice, path } = this.#wanted;
    const turn = ++this.#turn;
    try {
      const result = await resultOf(this.#around.scene, this.visual, choice, path);
      if (result.state === "shown" && isPlotted(this.visual)) await loadScript(`${this.#around.assets}echarts.js`);
      if (turn === this.#turn) await this.#show(result, choice, path);
    } catch (problem) {
      if (turn === this.#turn) this.#fail(problem);
    }
  }

  /** Draw the same again, in the colours of now. */
  async redraw(): Promise<void> {
    if (this.#result && this.#wanted) await this.#show(this.#result, this.#wanted.choice, this.#wanted.path);
  }

  resize(): void {
    this.#drawing.resize();
  }

  async #show(result: Result, choice: Choice, path: readonly Step[]): Promise<void> {
    const turn = this.#turn;
    this.#result = result;
    const body = element("div");
    this.#drawing.dispose();
    this.#drawing = STILL;
    this.#body.replaceChildren(body);
    this.#body.classList.remove("skeleton");
    this.#body.removeAttribute("aria-busy");
    this.#finding.textContent = finding(this.visual, result);
    this.#showCrumbs(path);
    if (result.state !== "shown") body.append(...stateOf(result, this.visual));
    else if (this.#isTable) this.#showTable(body, result, choice);
    else {
      const drawing = await draw(body, this.#view(result, choice, path));
      if (turn !== this.#turn) return drawing.dispose();
      this.#drawing = drawing;
    }
    this.#showNotes(result);
    this.#showActions(result);
  }

  #view(result: Result, choice: Choice, path: readonly Step[]): View {
    const { scene, countries } = this.#around;
    const next = "drill" in this.visual ? this.visual.drill[path.length] : undefined;
    const comparedWith = scene.definition.controls.includes("compare_with") ? choice.compareWith : "year before";
    return {
      visual: this.visual,
      result,
      choice,
      choices: scene.choices,
      palette: palette(),
      comparedWith,
      enter: next ? (step) => this.#around.enter(this.visual, [...path, step]) : null,
      deeper: next ? `by ${next.title.toLowerCase()}` : "",
      countries,
    };
  }

  #showTable(host: HTMLElement, result: Result, choice: Choice): void {
    const first = result.dimensions[0];
    const isByName = first?.kind === "name" || first?.kind === "flag";
    const order = isByName ? `-${Object.keys(result.measures)[0]}` : (first?.column ?? "");
    const columns = gridColumns(result, this.#view(result, choice, []).comparedWith, true);
    drawTable(host, { columns, groups: result.groups, order, limit: MOST_TABLE_ROWS, caption: this.visual.title });
  }

  /** "All › North › Store 12": each a way back. */
  #showCrumbs(path: readonly Step[]): void {
    if (!("drill" in this.visual) || this.visual.drill.length === 0) return;
    const list = element("ol");
    const [top] = drilled(this.visual, 0);
    const names = [
      `By ${top!.title.toLowerCase()}`,
      ...path.map(({ value }, at) => label(value, drilled(this.visual, at)[0]!.kind)),
    ];
    names.forEach((name, depth) => {
      const isHere = depth === path.length;
      const step = isHere
        ? element("span", { "aria-current": "true" }, name)
        : button(name, () => this.#around.enter(this.visual, path.slice(0, depth)));
      list.append(element("li", {}, step));
    });
    this.#crumbs.replaceChildren(...(path.length ? [list] : []));
  }

  #showNotes(result: Result): void {
    const first = Object.keys(result.measures)[0];
    const poor =
      first && result.state === "shown" && this.visual.kind !== "kpi" && this.visual.kind !== "table"
        ? poorNote(result, first, this.visual.kind)
        : "";
    const baseline = this.visual.kind === "kpi" ? "" : result.noBaseline;
    const notes = [this.visual.note, ...this.#drawing.notes, baseline, poor].filter(Boolean);
    this.#notes.replaceChildren(...notes.map((note) => element("p", { class: "note" }, note)));
  }

  #showActions(result: Result): void {
    const held =
      document.activeElement instanceof HTMLElement && this.#actions.contains(document.activeElement)
        ? document.activeElement.dataset["action"]
        : undefined;
    this.#actions.replaceChildren();
    if (result.state !== "shown" || this.visual.kind === "kpi") return;
    if (!WITH_OWN_TABLE.has(this.visual.kind)) {
      const name = this.#isTable ? "Chart" : "Table";
      this.#actions.append(
        button(name, () => this.#toggle(), { "data-action": "table", "aria-label": `${name}: ${this.visual.title}` }),
      );
    }
    this.#actions.append(
      button("CSV", () => download(`${this.visual.name}.csv`, csvOf(result)), {
        "data-action": "csv",
        "aria-label": `CSV: ${this.visual.title}`,
      }),
    );
    if (held) this.#actions.querySelector<HTMLElement>(`[data-action="${held}"]`)?.focus();
  }

  #toggle(): void {
    this.#isTable = !this.#isTable;
    void this.redraw();
  }

  #fail(problem: unknown): void {
    this.#drawing.dispose();
    this.#drawing = STILL;
    this.#result = null;
    this.#body.classList.remove("skeleton");
    this.#body.removeAttribute("aria-busy");
    this.#finding.textContent = "";
    this.#actions.replaceChildren();
    const text = problem instanceof Error ? problem.message : String(problem);
    this.#body.replaceChildren(element("p", { class: "state problem", role: "alert" }, text));
  }
}

/** A figure that is not there keeps its place: the reason stands small below it. */
function stateOf({ state, message }: Result, visual: Visual): HTMLElement[] {
  if (visual.kind !== "kpi" || state === "problem") return [element("p", { class: `state ${state}` }, message)];
  return [
    element("p", { class: "figure none" }, state === "suppressed" ? "hidden" : "no data"),
    element("p", { class: `note ${state}` }, message),
  ];
}

function download(name: string, text: string): void {
  const address = URL.createObjectURL(new Blob([`\ufeff${text}`], { type: "text/csv;charset=utf-8" }));
  const link = element("a", { href: address, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}
