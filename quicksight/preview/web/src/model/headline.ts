/** The sentence that a reader came for. */
import type { Choice } from "./choose.ts";
import type { Choices, Definition, Measure } from "./definition.ts";
import type { Cell } from "./evaluate.ts";
import { changeWords, periodName, said } from "./format.ts";

/** A piece of the sentence; figures are set in strong type. */
export interface Piece {
  readonly text: string;
  readonly isFigure: boolean;
}
export interface FigureValue {
  readonly measure: Measure;
  readonly cell: Cell | null;
}

const UNKNOWN: Readonly<Record<Measure["unit"], string>> = {
  count: "an unknown number of",
  decimal: "an unknown number of",
  index: "an unknown number of",
  share: "an unknown share",
  change: "not comparable",
  points: "not comparable",
  seconds: "an unknown time",
  hours: "an unknown number of hours",
};

/** Return the sentence in pieces, or null where no figure of it is known. */
export function sentence(
  text: string,
  figures: Readonly<Record<string, FigureValue>>,
  names: Readonly<Record<string, string>>,
): Piece[] | null {
  const sentences = text.split(/(?<=[.!?]) +/);
  const told = sentences.filter((each) => isTold(each, figures));
  if (told.length === 0) return null;
  return told.flatMap((each, at) => {
    const pieces = each
      .split(/(\{[^}]+\})/)
      .filter(Boolean)
      .map((piece) => pieceOf(piece, figures, names));
    return [...(at ? [{ text: " ", isFigure: false }] : []), ...capitalised(pieces)];
  });
}

/** A sentence is told unless it has figures and none of them is known: the visuals below say why. */
function isTold(text: string, figures: Readonly<Record<string, FigureValue>>): boolean {
  const named = [...text.matchAll(/\{(\w+)(?:\.change)?\}/g)].flatMap(([, name]) => figures[name!] ?? []);
  return named.length === 0
    ? Object.keys(figures).length === 0
    : named.some(({ cell }) => cell !== null && cell.value !== null);
}

function pieceOf(
  text: string,
  figures: Readonly<Record<string, FigureValue>>,
  names: Readonly<Record<string, string>>,
): Piece {
  const match = text.match(/^\{(\w+)(\.change)?\}$/);
  if (!match) return { text, isFigure: false };
  const [, name = "", change] = match;
  const figure = figures[name];
  if (figure) return { text: change ? changeOf(figure) : valueOf(figure), isFigure: true };
  return { text: names[name] ?? text, isFigure: false };
}

function valueOf({ measure, cell }: FigureValue): string {
  if (cell === null || cell.value === null) return UNKNOWN[measure.unit];
  return measure.unit === "change" ? changeWords(cell.value) : said(cell.value, measure.unit);
}

function changeOf({ cell }: FigureValue): string {
  return changeWords(!cell || cell.value === null || !cell.baseline ? null : cell.value / cell.baseline - 1);
}

function capitalised(pieces: Piece[]): Piece[] {
  const [first, ...others] = pieces;
  return first ? [{ ...first, text: first.text.charAt(0).toUpperCase() + first.text.slice(1) }, ...others] : pieces;
}

/** Return what is chosen in words, by the name that stands for it in sentences. */
export function namesOf(choice: Choice, choices: Choices): Record<string, string> {
  return {
    region: choice.region ?? "all regions",
    store: storeName(choice.store, choices) ?? "all stores",
    period: choice.period ? periodName(choice.period) : "all days",
    compare_with: choice.compareWith,
  };
}

/** Return in a line what the page shows. */
export function scopeLine(choice: Choice, choices: Choices, definition: Definition): string {
  const parts: string[] = [placeName(choice, choices)];
  if (definition.controls.includes("period") && choice.period) parts.push(periodName(choice.period));
  if (definition.controls.includes("compare_with")) parts.push(`compared with the ${choice.compareWith}`);
  return parts.join(" · ");
}

/** Return the place that is chosen: a store, a region, or all stores with their number. */
export function placeName(choice: Choice, choices: Choices): string {
  if (choice.store !== null) return storeName(choice.store, choices) ?? choice.store;
  const stores = choices.stores.filter((store) => choice.region === null || store.region === choice.region).length;
  const many = `${stores} ${stores === 1 ? "store" : "stores"}`;
  return choice.region === null ? `All stores (${stores})` : `${choice.region} (${many})`;
}

function storeName(id: string | null, choices: Choices): string | null {
  return id === null ? null : (choices.stores.find((store) => store.store_id === id)?.name ?? id);
}
