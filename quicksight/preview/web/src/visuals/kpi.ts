/** One figure in large type, with its change, its interval, its coverage. */
import type { Kpi, Measure } from "../model/definition.ts";
import type { Cell, Group } from "../model/evaluate.ts";
import { isPoor } from "../model/findings.ts";
import { changeWords, interval, judged, said, share, THIN_SPACE } from "../model/format.ts";
import { element } from "../page/dom.ts";
import { type Drawing, STILL, type View } from "./view.ts";

/** Draw a figure into `host`. */
export function drawKpi(host: HTMLElement, view: View<Kpi>): Drawing {
  const group = view.result.groups[0]!;
  const measure = view.result.measures[view.visual.measure]!;
  const cell = group.cells[view.visual.measure]!;
  host.append(valueOf(group, cell, measure), ...lines(cell, measure, view));
  return STILL;
}

function valueOf(group: Group, cell: Cell, measure: Measure): HTMLElement {
  const poor = isPoor(cell.coverage);
  const text = cell.value === null && group.isSuppressed ? "hidden" : said(cell.value, measure.unit);
  return element("p", { class: `figure${poor ? " poor" : ""}`, title: measure.doc }, text);
}

function lines(cell: Cell, measure: Measure, view: View<Kpi>): HTMLElement[] {
  const parts = [
    changeLine(cell, measure, view),
    intervalLine(cell, measure),
    targetLine(cell, measure),
    coverageLine(cell, measure),
  ];
  return parts.filter((part): part is HTMLElement => part !== null);
}

/** "▲ 4 %, better, on the year before: 2:10". */
function changeLine(cell: Cell, measure: Measure, view: View<Kpi>): HTMLElement | null {
  if (measure.unit === "change" && cell.value !== null)
    return verdictLine(
      cell.value,
      measure,
      `than the ${view.comparedWith || "year before"}`,
      cell.value > 0 ? "more" : cell.value < 0 ? "fewer" : "unchanged",
    );
  if (!measure.baseline || cell.value === null) return null;
  if (cell.baseline === null) return element("p", { class: "note" }, view.result.noBaseline);
  const on = `the ${view.comparedWith || "year before"}: ${said(cell.baseline, measure.unit)}`;
  const difference = cell.value - cell.baseline;
  if (measure.unit === "share") return verdictLine(difference, measure, on, pointsWords(difference));
  return verdictLine(cell.baseline === 0 ? difference : cell.value / cell.baseline - 1, measure, on);
}

function pointsWords(difference: number): string {
  const points = Math.abs(100 * difference).toFixed(1);
  return points === "0.0" ? "unchanged" : `${difference > 0 ? "up" : "down"} ${points} points`;
}

function verdictLine(difference: number, measure: Measure, on: string, words = changeWords(difference)): HTMLElement {
  const verdict = words === "unchanged" ? "" : judged(difference, measure);
  const arrow = words === "unchanged" ? "" : difference > 0 ? "▲" : "▼";
  const sign = arrow ? element("span", { class: "arrow", "aria-hidden": "true" }, `${arrow}${THIN_SPACE}`) : null;
  const change = element("span", { class: `verdict ${verdict}` }, sign, verdict ? `${words}, ${verdict}` : words);
  return element("p", { class: "change" }, change, element("span", { class: "on" }, ` ${on}`));
}

function intervalLine(cell: Cell, measure: Measure): HTMLElement | null {
  const words = interval(cell.low, cell.high, measure.unit);
  return words ? element("p", { class: "note" }, `95${THIN_SPACE}% interval ${words}`) : null;
}

function targetLine(cell: Cell, measure: Measure): HTMLElement | null {
  if (measure.target === null || cell.value === null) return null;
  const isMet = judged(cell.value - measure.target, measure) !== "worse";
  return element(
    "p",
    { class: "note" },
    `Target ${said(measure.target, measure.unit)}: `,
    element("span", { class: isMet ? "verdict better" : "verdict worse" }, isMet ? "met" : "missed"),
  );
}

/** How much was watched, as a bar and in words; a coverage that is the figure itself is not told twice. */
function coverageLine(cell: Cell, measure: Measure): HTMLElement | null {
  if (cell.coverage === null || cell.coverage === cell.value) return null;
  const poor = isPoor(cell.coverage);
  const bar = element("span", { class: `coverage-bar${poor ? " poor" : ""}`, "aria-hidden": "true" });
  bar.style.setProperty("--watched", `${Math.min(100, 100 * cell.coverage)}%`);
  const from = cell.people !== null && measure.unit !== "count" ? ` · ${said(cell.people, "count")} people` : "";
  const words = poor ? `Only ${share(cell.coverage)} watched: take it with care` : `${share(cell.coverage)} watched`;
  return element("p", { class: "note coverage" }, bar, element("span", {}, words + from));
}
