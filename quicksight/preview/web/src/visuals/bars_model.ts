/** Which bars there are, in which order. */
import type { Bars, Dimension, Measure } from "../model/definition.ts";
import type { Cell, Group } from "../model/evaluate.ts";
import { inOrder, isOrdered, label } from "../model/format.ts";
import type { Result } from "../model/result.ts";
import type { Value } from "../model/table.ts";

/** The bars that lie beside each other in each category: a measure, or a value of the series. */
export interface BarSeries {
  readonly name: string;
  readonly measure: string;
}
export interface Bar {
  readonly group: Group;
  readonly cell: Cell;
}
export interface Category {
  readonly value: Value;
  readonly text: string;
  /** One for each series; null where there is none. */
  readonly bars: readonly (Bar | null)[];
}
export interface BarsModel {
  readonly series: readonly BarSeries[];
  readonly categories: readonly Category[];
  /** How many categories have a figure and are not shown, and how many have none. */
  readonly leftOut: number;
  readonly withoutFigure: number;
}

/** Return the bars of a result. */
export function barsModel(visual: Bars, result: Result): BarsModel {
  const by = result.dimensions[0]!;
  const seriesBy = result.dimensions[1] ?? null;
  const seriesValues = seriesBy ? distinct(result.groups.map((group) => group.by[1] ?? null)) : [null];
  const series = seriesValues.flatMap((value) =>
    visual.measures.map((measure) => ({
      name: seriesName(seriesBy, value, result.measures[measure]!, visual),
      measure,
    })),
  );
  const all = categories(result, by, seriesValues, visual.measures);
  const known = isOrdered(by) ? all : all.filter(({ bars }) => bars.some((bar) => bar && bar.cell.value !== null));
  const ordered = ordering(visual, by, known);
  const shown = ordered.slice(0, visual.limit ?? undefined);
  return {
    series,
    categories: shown,
    leftOut: ordered.length - shown.length,
    withoutFigure: all.length - known.length,
  };
}

function seriesName(by: Dimension | null, value: Value, measure: Measure, visual: Bars): string {
  if (!by) return measure.title;
  const name = label(value, by.kind);
  return visual.measures.length > 1 ? `${name}, ${measure.title.toLowerCase()}` : name;
}

function categories(
  result: Result,
  by: Dimension,
  seriesValues: readonly Value[],
  measures: readonly string[],
): Category[] {
  const groups = new Map<Value, Map<Value, Group>>();
  for (const group of result.groups) {
    const value = group.by[0] ?? null;
    if (!groups.has(value)) groups.set(value, new Map());
    groups.get(value)!.set(group.by[1] ?? null, group);
  }
  return [...groups].map(([value, inSeries]) => ({
    value,
    text: label(value, by.kind),
    bars: seriesValues.flatMap((each) => measures.map((measure) => barOf(inSeries.get(each), measure))),
  }));
}

function barOf(group: Group | undefined, measure: string): Bar | null {
  return group ? { group, cell: group.cells[measure]! } : null;
}

function ordering(visual: Bars, by: Dimension, all: readonly Category[]): Category[] {
  const byValue = [...all].sort((one, other) => inOrder(one.value, other.value));
  if (isOrdered(by) || visual.order === "name") return byValue;
  const sign = visual.order === "value_rising" ? 1 : -1;
  return byValue.sort((one, other) => sign * (sizeOf(one) - sizeOf(other)));
}

/** What a category is ordered by: its first figure, added up over the series that stand side by side. */
function sizeOf({ bars }: Category): number {
  const [first, ...others] = bars.filter((bar): bar is Bar => bar !== null && bar.cell.value !== null);
  const isOneMeasure = new Set(bars.filter((bar) => bar !== null).map((bar) => bar.group)).size > 1;
  const rest = isOneMeasure ? others.reduce((sum, bar) => sum + bar.cell.value!, 0) : 0;
  return (first?.cell.value ?? 0) + rest;
}

function distinct(values: readonly Value[]): Value[] {
  return [...new Set(values)].sort(inOrder);
}
