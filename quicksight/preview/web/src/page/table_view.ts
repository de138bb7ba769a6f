/** A result as a table with headers that sort. */
import type { Group } from "../model/evaluate.ts";
import { type GridCell, type GridColumn, sorted } from "../model/grid.ts";
import { button, element } from "./dom.ts";

export interface TableOptions {
  readonly columns: readonly GridColumn[];
  readonly groups: readonly Group[];
  readonly order: string;
  readonly limit: number | null;
  readonly caption: string;
}

/** Draw a table into `host`; a click on a header orders by it. */
export function drawTable(host: HTMLElement, options: TableOptions): void {
  const { columns, groups, order, limit, caption } = options;
  const shown = sorted(groups, columns, order).slice(0, limit ?? undefined);
  const table = element(
    "table",
    { class: "grid" },
    element("caption", { class: "for-readers" }, caption),
    element("thead", {}, element("tr", {}, ...columns.map((column) => headOf(column, order, reorder)))),
    element("tbody", {}, ...shown.map((group) => rowOf(group, columns))),
  );
  const left = groups.length - shown.length;
  const note =
    left > 0
      ? element("p", { class: "note" }, `The first ${shown.length} of ${groups.length}; the CSV has all.`)
      : null;
  host.replaceChildren(
    element("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": caption }, table),
    ...(note ? [note] : []),
  );

  function reorder(next: string): void {
    drawTable(host, { ...options, order: next });
    const head = [...host.querySelectorAll<HTMLElement>("th button")].find(
      (each) => each.dataset["name"] === next.replace(/^-/, ""),
    );
    head?.focus();
  }
}

function headOf(column: GridColumn, order: string, reorder: (order: string) => void): HTMLElement {
  const isOrdered = order.replace(/^-/, "") === column.name;
  const isFalling = isOrdered && order.startsWith("-");
  const next = isFalling
    ? column.name
    : isOrdered || !column.isNumber
      ? isOrdered
        ? `-${column.name}`
        : column.name
      : `-${column.name}`;
  const sign = isOrdered ? element("span", { "aria-hidden": "true" }, isFalling ? " ↓" : " ↑") : null;
  const head = button(column.title, () => reorder(next), {
    class: "sort",
    "data-name": column.name,
    title: column.doc || null,
  });
  if (sign) head.append(sign);
  const sort = isOrdered ? (isFalling ? "descending" : "ascending") : null;
  return element("th", { scope: "col", class: column.isNumber ? "number" : null, "aria-sort": sort }, head);
}

function rowOf(group: Group, columns: readonly GridColumn[]): HTMLElement {
  return element("tr", {}, ...columns.map((column, at) => cellOf(column.cell(group), column.isNumber, at === 0)));
}

function cellOf(cell: GridCell, isNumber: boolean, isFirst: boolean): HTMLElement {
  const names = [isNumber && "number", cell.isPoor && "poor", cell.isMissing && "missing"].filter(Boolean).join(" ");
  const care = cell.isPoor ? element("span", { class: "for-readers" }, " (poorly watched)") : null;
  const small = cell.small ? element("small", {}, ` ${cell.small}`) : null;
  return element(
    isFirst ? "th" : "td",
    { class: names || null, scope: isFirst ? "row" : null },
    cell.text,
    small,
    care,
  );
}
