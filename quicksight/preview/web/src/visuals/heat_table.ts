/** A table with the number in each cell and a colour behind it. */
import type { HeatTable, Measure } from "../model/definition.ts";
import type { Group } from "../model/evaluate.ts";
import { details, groupLabel, isPoor } from "../model/findings.ts";
import { inOrder, label, onAxis, said, shortLabel } from "../model/format.ts";
import type { Value } from "../model/table.ts";
import { element } from "../page/dom.ts";
import { mixed, type Palette, readableOn } from "../page/theme.ts";
import { legend, type Sign } from "./plot.ts";
import { stepsOf } from "./lines_model.ts";
import { type Drawing, STILL, type View } from "./view.ts";

const MOST_ROWS = 60;
const STRONGEST = 0.85;

/** Draw a heat table into `host`. */
export function drawHeatTable(host: HTMLElement, view: View<HeatTable>): Drawing {
  const { visual, result, palette } = view;
  const measure = result.measures[visual.measure]!;
  const scale = scaleOf(result.groups, visual.measure, measure, palette);
  const rows = axisOf(result.groups, 0, visual.rows.kind);
  const columns = axisOf(result.groups, 1, visual.columns.kind);
  const cells = new Map(result.groups.map((group) => [keyOf(group.by[0] ?? null, group.by[1] ?? null), group]));
  const table = element(
    "table",
    { class: "heat" },
    element("caption", { class: "for-readers" }, `${visual.title}, ${measure.title.toLowerCase()}`),
    headOf(view, columns),
    element("tbody", {}, ...rows.slice(0, MOST_ROWS).map((row) => rowOf(view, row, columns, cells, scale))),
  );
  const signs = legend(scale.signs);
  if (signs) host.append(signs);
  host.append(element("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": visual.title }, table));
  return rows.length > MOST_ROWS
    ? { ...STILL, notes: [`The first ${MOST_ROWS} of ${rows.length} rows; the CSV has all.`] }
    : STILL;
}

function axisOf(groups: readonly Group[], at: number, kind: HeatTable["rows"]["kind"]): Value[] {
  const values = groups.map((group) => group.by[at] ?? null);
  return kind === "name" ? [...new Set(values)].sort(inOrder) : stepsOf(values, kind);
}

function keyOf(row: Value, column: Value): string {
  return JSON.stringify([row, column]);
}

function headOf({ visual }: View<HeatTable>, columns: readonly Value[]): HTMLElement {
  const corner = element("th", { scope: "col" }, visual.rows.title);
  const heads = columns.map((column) =>
    element("th", { scope: "col", class: "number" }, shortLabel(column, visual.columns.kind)),
  );
  return element("thead", {}, element("tr", {}, corner, ...heads));
}

function rowOf(
  view: View<HeatTable>,
  row: Value,
  columns: readonly Value[],
  cells: ReadonlyMap<string, Group>,
  scale: Scale,
): HTMLElement {
  const name = element("th", { scope: "row" }, label(row, view.visual.rows.kind));
  return element("tr", {}, name, ...columns.map((column) => cellOf(view, cells.get(keyOf(row, column)), scale)));
}

function cellOf(view: View<HeatTable>, group: Group | undefined, scale: Scale): HTMLElement {
  if (!group) return element("td", { class: "closed" });
  const { visual, result } = view;
  const measure = result.measures[visual.measure]!;
  const cell = group.cells[visual.measure]!;
  const title = `${groupLabel(group, result.dimensions)}\n${details(
    group,
    visual.measure,
    measure,
    view.comparedWith || "year before",
  )
    .map((line) => line.join(": "))
    .join("\n")}`;
  if (cell.value === null)
    return element(
      "td",
      { class: "missing", title },
      group.isSuppressed ? "<5" : "–",
      element("span", { class: "for-readers" }, group.isSuppressed ? " hidden" : " no data"),
    );
  const poor = isPoor(cell.coverage);
  const made = element(
    "td",
    { class: poor ? "poor" : null, title },
    short(cell.value, measure),
    poor && element("span", { class: "for-readers" }, " (poorly watched)"),
  );
  const colour = scale.colour(cell.value);
  made.style.setProperty("--cell", colour);
  made.style.setProperty("--ink", readableOn(colour));
  return made;
}

/** Cells have room for a few signs: the unit of a share or a change stands in the legend. */
function short(value: number, measure: Measure): string {
  if (measure.unit === "share" || measure.unit === "change") return said(value, measure.unit).replace(/\s?%$/, "");
  return measure.unit === "seconds" ? said(value, "seconds") : said(value, measure.unit).replace(/\s?h$| points$/, "");
}

interface Scale {
  readonly colour: (value: number) => string;
  readonly signs: readonly Sign[];
}

/** From the page's colour to the accent; where values lie on both sides of zero, to two colours that differ without hues. */
function scaleOf(groups: readonly Group[], name: string, measure: Measure, palette: Palette): Scale {
  const values = groups.flatMap((group) => group.cells[name]!.value ?? []);
  const [lowest, highest] = [
    values.reduce((a, b) => Math.min(a, b), Infinity),
    values.reduce((a, b) => Math.max(a, b), -Infinity),
  ];
  const surface = palette.colour("surface");
  const percent =
    measure.unit === "share" || measure.unit === "change" ? ", in %" : measure.unit === "points" ? ", in points" : "";
  if (lowest < 0 && highest > 0) return diverging(Math.max(-lowest, highest), measure, palette, percent);
  const span = highest - lowest || 1;
  const isLowGood = measure.better === "higher";
  const strength = (value: number) =>
    0.06 + (STRONGEST - 0.06) * ((isLowGood ? highest - value : value - lowest) / span);
  const strong = palette.colour("accent");
  const [light, dark] = isLowGood ? [highest, lowest] : [lowest, highest];
  return {
    colour: (value) => mixed(strong, surface, strength(value)),
    signs: [
      { look: "bar", colour: mixed(strong, surface, 0.06), text: `${onAxis(light, measure.unit)}` },
      {
        look: "bar",
        colour: mixed(strong, surface, STRONGEST),
        text: `${onAxis(dark, measure.unit)} (${measure.title.toLowerCase()}${percent})`,
      },
    ],
  };
}

function diverging(most: number, measure: Measure, palette: Palette, percent: string): Scale {
  const [above, below] =
    measure.better === "lower" ? [palette.series[3]!, palette.series[0]!] : [palette.series[0]!, palette.series[3]!];
  const surface = palette.colour("surface");
  return {
    colour: (value) => mixed(value < 0 ? below : above, surface, 0.04 + 0.76 * (Math.abs(value) / most)),
    signs: [
      { look: "bar", colour: mixed(below, surface, 0.8), text: `below zero` },
      {
        look: "bar",
        colour: mixed(above, surface, 0.8),
        text: `above zero (${measure.title.toLowerCase()}${percent})`,
      },
    ],
  };
}
