/** What a reader has chosen, and which rows that leaves of a data set. */
import type { Choices, DataSet, Definition, Period, Scalar, Visual, Where } from "./definition.ts";
import type { Column, Table } from "./table.ts";

/** The values of the controls; null restricts nothing. */
export interface Choice {
  readonly region: string | null;
  /** A store_id. */
  readonly store: string | null;
  readonly period: Period | null;
  readonly compareWith: string;
}
export const COMPARISONS = ["year before", "period before"] as const;
export const NOTHING_CHOSEN: Choice = { region: null, store: null, period: null, compareWith: COMPARISONS[0] };

/** One value that a reader went into, such as a region on the way to its stores. */
export interface Step {
  readonly column: string;
  readonly value: string | number | null;
}

/** Which rows are asked for: a visual's or a figure's. */
export interface Asked {
  readonly dataSet: DataSet;
  readonly where: readonly Where[];
  readonly path?: readonly Step[];
}

/** Return a choice without what the dashboard offers no control for, or the visual does not follow. */
export function followed(choice: Choice, definition: Definition, ignores: readonly string[] = []): Choice {
  const follows = (name: Definition["controls"][number]) =>
    definition.controls.includes(name) && !ignores.includes(name);
  return {
    region: follows("region") ? choice.region : null,
    store: follows("store") ? choice.store : null,
    period: follows("period") ? choice.period : null,
    compareWith: follows("compare_with") ? choice.compareWith : "",
  };
}

/** Return the store whose rows are needed: the one chosen, or the one that a reader went into. */
export function storeOf(choice: Choice, path: readonly Step[], choices: Choices): string | null {
  for (const { column, value } of path) {
    if (column === "store_id") return value === null ? null : String(value);
    const entered = column === "store_name" ? choices.stores.find((store) => store.name === value) : undefined;
    if (entered) return entered.store_id;
  }
  return choice.store;
}

/** Return the rows that remain, in their order. `choice` is one that `followed` has cut down. */
export function chosenRows(table: Table, asked: Asked, choice: Choice): Uint32Array {
  const tests = [...conditions(table, asked, choice)];
  const rows = new Uint32Array(table.rowCount);
  let count = 0;
  next: for (let row = 0; row < table.rowCount; row++) {
    for (const { codes, kept } of tests) if (kept[codes[row]! + 1] === 0) continue next;
    rows[count++] = row;
  }
  return rows.subarray(0, count);
}

/** Codes of a column, and for each code (shifted by one: the first is "none") whether its rows are kept. */
interface Test {
  readonly codes: Int32Array;
  readonly kept: Uint8Array;
}

function* conditions(table: Table, asked: Asked, choice: Choice): Generator<Test> {
  const { dataSet, where, path = [] } = asked;
  for (const { column, values } of where) yield oneOf(table.column(column), values);
  for (const { column, value } of path)
    yield value === null ? isNone(table.column(column)) : oneOf(table.column(column), [value]);
  if (choice.period) yield* ofPeriod(table, dataSet, choice.period);
  if (choice.compareWith && table.has("compare_with")) yield oneOf(table.column("compare_with"), [choice.compareWith]);
  yield* dataSet.owner === "level" ? ofLevel(table, where, choice) : ofStore(table, choice);
}

function* ofPeriod(table: Table, dataSet: DataSet, period: Period): Generator<Test> {
  if (table.has("period_id")) yield oneOf(table.column("period_id"), [period.period_id]);
  else if (dataSet.dated && table.has(dataSet.dated)) yield between(table.column(dataSet.dated), period);
}

function* ofStore(table: Table, choice: Choice): Generator<Test> {
  if (choice.region !== null && table.has("region")) yield oneOf(table.column("region"), [choice.region]);
  if (choice.store !== null && table.has("store_id")) yield oneOf(table.column("store_id"), [choice.store]);
}

/** Rows that tell of a store, a region or the chain: the smallest that holds all that is chosen, unless the visual says. */
function* ofLevel(table: Table, where: readonly Where[], choice: Choice): Generator<Test> {
  if (where.some(({ column }) => column === "level")) {
    if (choice.region !== null && table.has("region")) yield oneOf(table.column("region"), [choice.region]);
    if (choice.store !== null) yield ofStoreOrAbove(table, choice.store);
    return;
  }
  const [level, place] =
    choice.store !== null
      ? ["store", choice.store]
      : choice.region !== null
        ? ["region", choice.region]
        : ["chain", null];
  yield oneOf(table.column("level"), [level!]);
  if (place !== null) yield oneOf(table.column("place"), [place]);
}

function ofStoreOrAbove(table: Table, store: string): Test {
  const level = table.column("level");
  const place = table.column("place");
  const isKept = (row: number) => level.at(row) !== "store" || place.at(row) === store;
  const codes = Int32Array.from({ length: table.rowCount }, (_, row) => (isKept(row) ? 0 : -1));
  return { codes, kept: Uint8Array.of(0, 1) };
}

function oneOf(column: Column, values: readonly Scalar[]): Test {
  const wanted = new Set(values.map((value) => (column.isText ? String(value) : Number(value))));
  return { codes: column.codes, kept: keptOf(column, (value) => wanted.has(value)) };
}

/** Which codes are kept, shifted by one: "none" comes first and is not. */
function keptOf(column: Column, keeps: (value: string | number) => boolean): Uint8Array {
  const kept = new Uint8Array(column.values.length + 1);
  column.values.forEach((value, code) => (kept[code + 1] = Number(keeps(value))));
  return kept;
}

function isNone(column: Column): Test {
  const kept = new Uint8Array(column.values.length + 1);
  kept[0] = 1;
  return { codes: column.codes, kept };
}

function between(column: Column, { start_date, end_date }: Period): Test {
  const isWithin = (value: string | number) => String(value) >= start_date && String(value) <= end_date;
  return { codes: column.codes, kept: keptOf(column, isWithin) };
}

/** Which file of rows a visual reads: all rows (or the overview) where `store` is null; or why there is none. */
export type Source = { readonly store: string | null } | { readonly needsStore: string };

/** Return where the rows of a visual are, with the store chosen (or gone into) and what it groups by now. */
export function sourceOf(
  dataSet: DataSet,
  columns: readonly string[],
  measures: readonly string[],
  store: string | null,
  period: Period | null = null,
): Source {
  if (dataSet.by_kind && period) return { store: period.period_kind };
  if (!dataSet.by_store) return { store: null };
  if (store !== null) return { store };
  const kept = new Set([...dataSet.overview, "region", "period_id", "period_kind"]);
  const missing = columns.find((column) => !kept.has(column));
  if (dataSet.overview.length && missing === undefined && measures.every((name) => isAddable(dataSet, name)))
    return { store: null };
  return { needsStore: dataSet.title };
}

/** Whether a measure is built on sums only, which can be taken over sums. */
function isAddable(dataSet: DataSet, name: string): boolean {
  const adds = (expression: unknown): boolean => {
    const { op, of, left, right } = expression as { op: string; of?: unknown; left?: unknown; right?: unknown };
    if (left !== undefined) return adds(left) && adds(right);
    return of !== undefined ? adds(of) : op === "sum" || op === "number";
  };
  return adds(dataSet.measures[name]!.expression);
}

/** Whether the period chosen is of a kind that the data set keeps. */
export function hasKind(dataSet: DataSet, period: Period | null): boolean {
  return !period || dataSet.period_kinds.length === 0 || dataSet.period_kinds.includes(period.period_kind);
}

/** Return the columns of the conditions that a visual has of its own. */
export function whereColumns(visual: Visual): string[] {
  return visual.where.map(({ column }) => column);
}
