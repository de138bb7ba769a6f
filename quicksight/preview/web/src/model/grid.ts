/** A result as a table that people read, and the same as CSV with raw numbers. */
import type { Measure } from "./definition.ts";
import type { Cell, Group } from "./evaluate.ts";
import { isPoor } from "./findings.ts";
import { inOrder, interval, label, said, share } from "./format.ts";
import { plainRows, type Result } from "./result.ts";
import type { Value } from "./table.ts";

export interface GridColumn {
  readonly title: string;
  readonly doc: string;
  readonly isNumber: boolean;
  /** Name of the column or measure that it is ordered by. */
  readonly name: string;
  readonly sortValue: (group: Group) => Value;
  readonly cell: (group: Group) => GridCell;
}
export interface GridCell {
  readonly text: string;
  readonly small?: string;
  readonly isPoor?: boolean;
  readonly isMissing?: boolean;
}

/** Return the columns of a table of a result; `withParts` gives interval, comparison, coverage and count their own. */
export function gridColumns(result: Result, comparedWith: string, withParts: boolean): GridColumn[] {
  const measures = Object.entries(result.measures);
  return [
    ...result.dimensions.map((dimension, at): GridColumn => ({
      title: dimension.title || dimension.column,
      doc: "",
      isNumber: dimension.kind === "number" || dimension.kind === "hour",
      name: dimension.column,
      sortValue: (group) => group.by[at] ?? null,
      cell: (group) => ({ text: label(group.by[at] ?? null, dimension.kind) }),
    })),
    ...measures.flatMap(([name, measure]) => [
      valueColumn(name, measure, !withParts),
      ...(withParts ? partColumns(name, measure, comparedWith, measures.length > 1) : []),
    ]),
  ];
}

function valueColumn(name: string, measure: Measure, withInterval: boolean): GridColumn {
  return {
    title: measure.title,
    doc: measure.doc,
    isNumber: true,
    name,
    sortValue: (group) => group.cells[name]!.value,
    cell: (group) => valueCell(group, name, measure, withInterval),
  };
}

function valueCell(group: Group, name: string, measure: Measure, withInterval: boolean): GridCell {
  const cell = group.cells[name]!;
  if (cell.value === null) return { text: group.isSuppressed ? "hidden" : "no data", isMissing: true };
  const small = withInterval ? interval(cell.low, cell.high, measure.unit) : "";
  return { text: said(cell.value, measure.unit), small, isPoor: isPoor(cell.coverage) };
}

function partColumns(name: string, measure: Measure, comparedWith: string, isOneOfMany: boolean): GridColumn[] {
  const of = isOneOfMany ? `${measure.title}: ` : "";
  const part = (title: string, key: keyof Cell, text: (cell: Cell) => string): GridColumn => ({
    title: of ? of + title.toLowerCase() : title,
    doc: "",
    isNumber: true,
    name: `${name}__${key}`,
    sortValue: (group) => group.cells[name]![key],
    cell: (group) => ({ text: text(group.cells[name]!) }),
  });
  const columns: GridColumn[] = [];
  if (measure.low && measure.high)
    columns.push(part("95 % interval", "low", (cell) => interval(cell.low, cell.high, measure.unit)));
  if (measure.baseline)
    columns.push(
      part(`The ${comparedWith || "year before"}`, "baseline", (cell) =>
        cell.baseline === null ? "" : said(cell.baseline, measure.unit),
      ),
    );
  if (measure.coverage)
    columns.push(part("Watched", "coverage", (cell) => (cell.coverage === null ? "" : share(cell.coverage))));
  if (measure.people)
    columns.push(part("People", "people", (cell) => (cell.people === null ? "" : said(cell.people, "count"))));
  return columns;
}

/** Return groups by a column, `-` before its name for falling; those without a value come last either way. */
export function sorted(groups: readonly Group[], columns: readonly GridColumn[], order: string): Group[] {
  const isFalling = order.startsWith("-");
  const column = columns.find(({ name }) => name === order.replace(/^-/, ""));
  if (!column) return [...groups];
  return [...groups].sort((one, other) => {
    const [a, b] = [column.sortValue(one), column.sortValue(other)];
    return a === null || b === null || !isFalling ? inOrder(a, b) : inOrder(b, a);
  });
}

/** Return a result as CSV: raw numbers, every group, the parts of each measure that exist. */
export function csvOf(result: Result): string {
  const rows = plainRows(result);
  const names = Object.keys(rows[0] ?? {}).filter(
    (name) => !name.includes("__") || rows.some((row) => row[name] !== null),
  );
  const lines = [names, ...rows.map((row) => names.map((name) => row[name] ?? ""))];
  return lines.map((line) => line.map(quoted).join(",")).join("\r\n") + "\r\n";
}

/** Text that a spreadsheet would take for a formula gets an apostrophe before it. */
function quoted(value: string | number): string {
  const text = typeof value === "string" && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
