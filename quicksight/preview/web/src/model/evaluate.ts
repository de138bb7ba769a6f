/**
 * Figures over groups of rows. Null (here NaN inside, null outside) is "not known": aggregates leave it out, an
 * aggregate of nothing is null, an operation with null is null, and so is a division by zero.
 */
import type { Aggregate, Dimension, Expression, Measure } from "./definition.ts";
import type { Column, Table, Value } from "./table.ts";

/** A measure of one group with all that it is shown with. */
export interface Cell {
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly baseline: number | null;
  readonly coverage: number | null;
  readonly people: number | null;
}
export const PARTS = ["value", "low", "high", "baseline", "coverage", "people"] as const;

/** One group: the values it was grouped by, its cells by measure, and why values may be missing. */
export interface Group {
  readonly by: readonly Value[];
  readonly cells: Readonly<Record<string, Cell>>;
  readonly isSuppressed: boolean;
  /** A figure that cannot be added up met several rows: see `Only`. */
  readonly hasSeveral: boolean;
  /** Why the figures must be taken with care, where one row is the group and says so. */
  readonly flag: string;
  /** First row of the group, for columns that are one to a group, such as coordinates. */
  readonly firstRow: number;
}

/** Rows of a table, each with the number of its group. */
export interface Grouping {
  readonly rows: Uint32Array;
  readonly groups: Uint32Array;
  readonly firstRows: readonly number[];
}

/** Put rows with the same values in all columns into one group, in the order in which they are met. */
export function groupRows(rows: Uint32Array, columns: readonly Column[]): Grouping {
  const groups = new Uint32Array(rows.length);
  if (columns.length === 0) return { rows, groups, firstRows: rows.length ? [rows[0]!] : [] };
  const places = new Map<number, number>();
  const firstRows: number[] = [];
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    let key = 0;
    for (const column of columns) key = key * (column.values.length + 1) + column.codes[row]! + 1;
    let place = places.get(key);
    if (place === undefined) {
      place = firstRows.length;
      places.set(key, place);
      firstRows.push(row);
    }
    groups[i] = place;
  }
  return { rows, groups, firstRows };
}

/** Return the groups of some rows with their measures. */
export function evaluateGroups(
  table: Table,
  rows: Uint32Array,
  dimensions: readonly Dimension[],
  measures: Readonly<Record<string, Measure>>,
): Group[] {
  const columns = dimensions.map((dimension) => table.column(dimension.column));
  const grouping = groupRows(rows, columns);
  const evaluator = new Evaluator(table, grouping);
  const worked = Object.entries(measures).map(([name, measure]) => [name, evaluator.measure(measure)] as const);
  const suppressed = table.has("is_suppressed")
    ? evaluator.aggregate({ op: "largest", column: "is_suppressed" })
    : null;
  const flags = table.has("flag") ? table.column("flag") : null;
  const rowCounts = rowCountsOf(grouping);
  return grouping.firstRows.map((firstRow, group) => ({
    by: columns.map((column) => column.at(firstRow)),
    cells: Object.fromEntries(worked.map(([name, parts]) => [name, cellOf(parts, group)])),
    isSuppressed: suppressed?.[group] === 1,
    hasSeveral: evaluator.several.has(group),
    flag: flags && rowCounts[group] === 1 ? String(flags.at(firstRow) ?? "") : "",
    firstRow,
  }));
}

function rowCountsOf({ groups, firstRows }: Grouping): Uint32Array {
  const counts = new Uint32Array(firstRows.length);
  for (const group of groups) counts[group]!++;
  return counts;
}

type Parts = readonly (Float64Array | null)[];

function cellOf(parts: Parts, group: number): Cell {
  const [value, low, high, baseline, coverage, people] = parts.map((part) => nullable(part?.[group]));
  return { value: value!, low: low!, high: high!, baseline: baseline!, coverage: coverage!, people: people! };
}

function nullable(number: number | undefined): number | null {
  return number === undefined || !Number.isFinite(number) ? null : number;
}

/** Works expressions out for all groups at once, each aggregate once. */
class Evaluator {
  /** Groups in which a figure that is of one row only met more. */
  readonly several = new Set<number>();
  readonly #table: Table;
  readonly #grouping: Grouping;
  readonly #known = new Map<string, Float64Array>();

  constructor(table: Table, grouping: Grouping) {
    this.#table = table;
    this.#grouping = grouping;
  }

  measure(measure: Measure): Parts {
    const others = [measure.low, measure.high, measure.baseline, measure.coverage, measure.people];
    return [this.expression(measure.expression), ...others.map((each) => (each ? this.expression(each) : null))];
  }

  expression(expression: Expression): Float64Array {
    switch (expression.op) {
      case "number":
        return new Float64Array(this.#count).fill(expression.value);
      case "sqrt":
        return this.expression(expression.of).map((value) => Math.sqrt(value));
      case "+":
      case "-":
      case "*":
      case "/":
        return combined(expression.op, this.expression(expression.left), this.expression(expression.right));
      default:
        return this.aggregate(expression);
    }
  }

  aggregate(aggregate: Aggregate): Float64Array {
    const key = `${aggregate.op} ${aggregate.column}`;
    const known = this.#known.get(key);
    if (known) return known;
    const worked = this.#aggregated(aggregate);
    this.#known.set(key, worked);
    return worked;
  }

  get #count(): number {
    return this.#grouping.firstRows.length;
  }

  #aggregated({ op, column: name }: Aggregate): Float64Array {
    const column = this.#table.column(name);
    switch (op) {
      case "sum":
        return this.#folded(column, (before, value) => before + value);
      case "largest":
        return this.#folded(column, Math.max);
      case "smallest":
        return this.#folded(column, Math.min);
      case "distinct":
        return this.#distinct(column);
      case "median":
        return this.#median(column);
      case "only":
        return this.#only(column);
    }
  }

  #folded(column: Column, fold: (before: number, value: number) => number): Float64Array {
    const { rows, groups } = this.#grouping;
    const out = new Float64Array(this.#count).fill(NaN);
    const numbers = column.numbers;
    for (let i = 0; i < rows.length; i++) {
      const value = numbers[rows[i]!]!;
      if (Number.isNaN(value)) continue;
      const before = out[groups[i]!]!;
      out[groups[i]!] = Number.isNaN(before) ? value : fold(before, value);
    }
    return out;
  }

  #distinct(column: Column): Float64Array {
    const { rows, groups } = this.#grouping;
    const out = new Float64Array(this.#count).fill(NaN);
    const width = column.values.length;
    const seen = new Set<number>();
    for (let i = 0; i < rows.length; i++) {
      const code = column.codes[rows[i]!]!;
      const group = groups[i]!;
      const key = group * width + code;
      if (code < 0 || seen.has(key)) continue;
      seen.add(key);
      out[group] = (Number.isNaN(out[group]!) ? 0 : out[group]!) + 1;
    }
    return out;
  }

  #median(column: Column): Float64Array {
    const { rows, groups } = this.#grouping;
    const lists: number[][] = Array.from({ length: this.#count }, () => []);
    for (let i = 0; i < rows.length; i++) {
      const value = column.numbers[rows[i]!]!;
      if (!Number.isNaN(value)) lists[groups[i]!]!.push(value);
    }
    return Float64Array.from(lists, middleOf);
  }

  #only(column: Column): Float64Array {
    const { rows, groups } = this.#grouping;
    const out = new Float64Array(this.#count).fill(NaN);
    const counts = new Uint32Array(this.#count);
    for (let i = 0; i < rows.length; i++) {
      const value = column.numbers[rows[i]!]!;
      if (Number.isNaN(value)) continue;
      const group = groups[i]!;
      out[group] = ++counts[group]! === 1 ? value : NaN;
      if (counts[group]! > 1) this.several.add(group);
    }
    return out;
  }
}

function middleOf(values: number[]): number {
  if (values.length === 0) return NaN;
  values.sort((one, other) => one - other);
  const half = values.length >> 1;
  return values.length % 2 ? values[half]! : (values[half - 1]! + values[half]!) / 2;
}

function combined(op: "+" | "-" | "*" | "/", left: Float64Array, right: Float64Array): Float64Array {
  return left.map((value, group) => {
    const other = right[group]!;
    switch (op) {
      case "+":
        return value + other;
      case "-":
        return value - other;
      case "*":
        return value * other;
      case "/":
        return other === 0 ? NaN : value / other;
    }
  });
}
