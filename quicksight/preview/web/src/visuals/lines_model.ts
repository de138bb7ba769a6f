/** Which points a line has: one for each step of its axis, so that what is missing is a gap. */
import type { Dimension, DimensionKind, Lines, Measure } from "../model/definition.ts";
import type { Cell, Group } from "../model/evaluate.ts";
import { inOrder, label } from "../model/format.ts";
import type { Result } from "../model/result.ts";
import type { Value } from "../model/table.ts";

export interface Point {
  readonly group: Group;
  readonly cell: Cell;
}
export interface Line {
  readonly name: string;
  readonly measure: Measure;
  readonly measureName: string;
  /** One for each step; null is a gap. */
  readonly points: readonly (Point | null)[];
}
export interface LinesModel {
  readonly steps: readonly Value[];
  readonly lines: readonly Line[];
}
const DAY = 86_400_000;
const MOST_STEPS = 5000;

/** Return the lines of a result. */
export function linesModel(visual: Lines, result: Result): LinesModel {
  const by = result.dimensions[0]!;
  const seriesBy = result.dimensions[1] ?? null;
  const series = seriesBy ? [...new Set(result.groups.map((group) => group.by[1] ?? null))].sort(inOrder) : [null];
  const steps = stepsOf(
    result.groups.map((group) => group.by[0] ?? null),
    by.kind,
  );
  const lines = series.flatMap((value) => visual.measures.map((name) => lineOf(result, steps, seriesBy, value, name)));
  return { steps, lines };
}

function lineOf(result: Result, steps: readonly Value[], by: Dimension | null, value: Value, name: string): Line {
  const measure = result.measures[name]!;
  const groups = new Map(
    result.groups
      .filter((group) => !by || (group.by[1] ?? null) === value)
      .map((group) => [group.by[0] ?? null, group]),
  );
  const points = steps.map((step) => {
    const group = groups.get(step);
    return group ? { group, cell: group.cells[name]! } : null;
  });
  return { name: by ? label(value, by.kind) : measure.title, measure, measureName: name, points };
}

/** Return every step from the first to the last value, those without rows too. */
export function stepsOf(values: readonly Value[], kind: DimensionKind): Value[] {
  const known = [...new Set(values)].filter((value) => value !== null).sort(inOrder);
  const [first, last] = [known[0], known.at(-1)];
  if (first === undefined || last === undefined) return [];
  if (kind === "date" || kind === "week") return dates(String(first), String(last), kind === "week" ? 7 : 1);
  if (kind === "instant") return minutes(known.map(String));
  const isWhole = known.every((value) => Number.isInteger(value));
  if (!isWhole || kind === "name") return known;
  return Array.from({ length: Number(last) - Number(first) + 1 }, (_, at) => Number(first) + at);
}

function dates(first: string, last: string, days: number): string[] {
  const [start, end] = [Date.parse(`${first}T00:00Z`), Date.parse(`${last}T00:00Z`)];
  const count = Math.min(MOST_STEPS, Math.floor((end - start) / (days * DAY)) + 1);
  return Array.from({ length: count }, (_, at) => new Date(start + at * days * DAY).toISOString().slice(0, 10));
}

/** Instants stand as they are; where more than five minutes lie between two, one minute of nothing makes a gap. */
function minutes(known: readonly string[]): string[] {
  return known.flatMap((value, at) => {
    const before = known[at - 1];
    const isGap = before !== undefined && timeOf(value) - timeOf(before) > 5 * 60_000;
    return isGap ? [new Date(timeOf(before) + 60_000).toISOString().slice(0, 16), value] : [value];
  });
}

/** Return the milliseconds of a date or of an instant on the store's clock, as if that clock were UTC's. */
export function timeOf(value: Value): number {
  const text = String(value);
  return Date.parse(text.length > 10 ? `${text.slice(0, 19)}Z` : `${text}T00:00Z`);
}

/** Return runs of neighbouring steps at which an interval is known. */
export function runsWithInterval(points: readonly (Point | null)[]): number[][] {
  const runs: number[][] = [];
  let run: number[] = [];
  points.forEach((point, at) => {
    if (point && point.cell.low !== null && point.cell.high !== null) return void run.push(at);
    if (run.length) runs.push(run);
    run = [];
  });
  return run.length ? [...runs, run] : runs;
}
