/** The life of a page: first the answer and its figures, then what is in sight, then the rest. */
import type { Choice, Step } from "../model/choose.ts";
import type { Choices, Definition, Visual } from "../model/definition.ts";
import { callStores } from "../model/format.ts";
import { scopeLine } from "../model/headline.ts";
import { type Result, resultOf, type Scene } from "../model/result.ts";
import { hashOf, type State, stateOf } from "../model/state.ts";
import { drawAnswer } from "./answer.ts";
import type { Card, Surroundings } from "./card.ts";
import { controls } from "./controls.ts";
import { type GeoJson, loadCountries, loadRows } from "./data.ts";
import { painted } from "./dom.ts";
import { type Layout, layout } from "./layout.ts";
import { currentTheme, showTheme } from "./theme.ts";

const MARGIN = "400px";
const RESIZE_AFTER = 120;

export class Dashboard {
  readonly #definition: Definition;
  readonly #choices: Choices;
  readonly #scene: Scene;
  readonly #layout: Layout;
  readonly #inSight = new Set<Card>();
  #state: State;
  #countries: Promise<GeoJson | null> | null = null;
  #round = 0;

  constructor(definition: Definition, choices: Choices, assets: string) {
    this.#definition = definition;
    this.#choices = choices;
    callStores(choices.stores);
    this.#scene = { definition, choices, load: loadRows };
    this.#state = stateOf(location.hash, definition, choices);
    const around: Surroundings = {
      scene: this.#scene,
      assets,
      countries: () => (this.#countries ??= loadCountries(assets)),
      enter: (visual, path) => this.#enter(visual, path),
    };
    this.#layout = layout(
      definition,
      around,
      () => void this.#redraw(),
      () => void this.print(),
    );
  }

  /** Put the page into `host` and fill it. */
  async start(host: HTMLElement): Promise<void> {
    host.replaceChildren(this.#layout.root);
    document.documentElement.dataset["state"] = "busy";
    addEventListener("hashchange", () => void this.#follow());
    this.#showControls();
    // On a phone the list of dashboards is wider than the screen.
    this.#layout.links
      .find((link) => link.hasAttribute("aria-current"))
      ?.scrollIntoView({ block: "nearest", inline: "center" });
    this.#want(this.#layout.cards);
    await this.#answer();
    await painted();
    performance.mark("first-answer");
    this.#watch();
    await this.#fill(this.#round);
  }

  /** Return the rows of a visual under what is chosen now. */
  resultOf(name: string): Promise<Result> {
    const card = this.#layout.cards.find(({ visual }) => visual.name === name);
    if (!card)
      throw new Error(`There is no visual ${name}: ${this.#layout.cards.map(({ visual }) => visual.name).join(", ")}`);
    return resultOf(this.#scene, card.visual, this.#state.choice, this.#state.paths[name]);
  }

  /** Return when every visual is drawn. */
  async complete(): Promise<void> {
    for (const card of this.#layout.cards) await card.refresh();
  }

  /** Print everything, also what was never in sight. */
  async print(): Promise<void> {
    await this.complete();
    print();
  }

  /** Follow the address: a control, a link, or the way back. */
  async #follow(): Promise<void> {
    const before = this.#state;
    const started = performance.now();
    document.documentElement.dataset["state"] = "busy";
    this.#state = stateOf(location.hash, this.#definition, this.#choices);
    const isSame = JSON.stringify(before.choice) === JSON.stringify(this.#state.choice);
    this.#showControls();
    const cards = isSame
      ? this.#layout.cards.filter(({ visual }) => pathOf(before, visual) !== pathOf(this.#state, visual))
      : this.#layout.cards;
    this.#want(cards);
    const round = ++this.#round;
    const words = isSame ? "" : await this.#answer();
    await Promise.all([...this.#inSight].filter(isOnScreen).map((card) => card.refresh()));
    if (round !== this.#round) return;
    await painted();
    performance.measure("updated", { start: started });
    this.#layout.announcer.textContent = words || `Shown: ${cards.map(({ visual }) => visual.title).join(", ")}.`;
    await this.#fill(round);
  }

  #want(cards: readonly Card[]): void {
    for (const card of cards) card.want(this.#state.choice, this.#state.paths[card.visual.name] ?? []);
  }

  /** Draw the sentence and its figures. */
  async #answer(): Promise<string> {
    const figures = this.#layout.cards.filter(({ visual }) => visual.kind === "kpi");
    const [words] = await Promise.all([
      drawAnswer(this.#layout.answer, this.#scene, this.#state.choice),
      ...figures.map((card) => card.refresh()),
    ]);
    return words;
  }

  /** Draw what comes into sight, a little before it does. */
  #watch(): void {
    const cards = new Map(this.#layout.cards.map((card) => [card.element as Element, card]));
    const watcher = new IntersectionObserver(
      (entries) => {
        for (const { target, isIntersecting } of entries) {
          const card = cards.get(target)!;
          if (!isIntersecting) this.#inSight.delete(card);
          else {
            this.#inSight.add(card);
            void card.refresh();
          }
        }
      },
      { rootMargin: MARGIN },
    );
    cards.forEach((_, each) => watcher.observe(each));
    addEventListener(
      "resize",
      afterQuiet(() => this.#layout.cards.forEach((card) => card.resize())),
    );
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => void this.#redraw());
    this.#watchPrinting();
  }

  /** Draw the rest one by one when nothing else is to be done, so that it can be printed; then the page is "ready". */
  async #fill(round: number): Promise<void> {
    for (const card of this.#layout.cards) {
      await idle();
      if (round !== this.#round) return;
      await card.refresh();
    }
    await painted();
    document.documentElement.dataset["state"] = "ready";
  }

  /** Paper is light, and narrower than most screens. */
  #watchPrinting(): void {
    let before: ReturnType<typeof currentTheme> | null = null;
    addEventListener("beforeprint", () => {
      before = currentTheme();
      document.documentElement.classList.add("printing");
      showTheme("light");
      void this.#redraw();
    });
    addEventListener("afterprint", () => {
      document.documentElement.classList.remove("printing");
      if (before) showTheme(before);
      void this.#redraw();
    });
  }

  async #redraw(): Promise<void> {
    await Promise.all(this.#layout.cards.map((card) => card.redraw()));
  }

  #showControls(): void {
    const { choice } = this.#state;
    const focused =
      document.activeElement instanceof HTMLElement ? document.activeElement.dataset["control"] : undefined;
    this.#layout.controls.replaceChildren(
      ...controls(this.#definition, this.#choices, choice, (next) => this.#choose(next)),
    );
    if (focused) this.#layout.controls.querySelector<HTMLElement>(`[data-control="${focused}"]`)?.focus();
    this.#layout.choiceLine.textContent = scopeLine(choice, this.#choices, this.#definition);
    const kept = hashOf({ choice, paths: {} }, this.#definition, this.#choices);
    for (const link of this.#layout.links)
      link.setAttribute("href", `${link.getAttribute("href")!.split("#")[0]}${kept && `#${kept}`}`);
  }

  #choose(choice: Choice | null): void {
    const next = choice ? { choice, paths: this.#state.paths } : stateOf("", this.#definition, this.#choices);
    this.#go(next);
  }

  #enter(visual: Visual, path: readonly Step[]): void {
    this.#go({ choice: this.#state.choice, paths: { ...this.#state.paths, [visual.name]: path } });
  }

  /** An address that changes is followed: see `#follow`. */
  #go(state: State): void {
    const hash = hashOf(state, this.#definition, this.#choices);
    // An empty address would scroll to the top and not always tell.
    location.hash = hash || "all";
  }
}

/** Cards near the screen are kept ready; only those on it must have changed before the reader sees the change. */
function isOnScreen(card: Card): boolean {
  const { top, bottom } = card.element.getBoundingClientRect();
  return bottom > 0 && top < innerHeight;
}

function pathOf(state: State, visual: Visual): string {
  return JSON.stringify(state.paths[visual.name] ?? []);
}

function idle(): Promise<void> {
  return new Promise((done) =>
    "requestIdleCallback" in globalThis ? requestIdleCallback(() => done(), { timeout: 200 }) : setTimeout(done),
  );
}

function afterQuiet(does: () => void): () => void {
  let timer: ReturnType<typeof setTimeout>;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(does, RESIZE_AFTER);
  };
}
