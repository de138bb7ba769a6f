/** A table as the main thing, not as another form of a chart. */
import type { PlainTable } from "../model/definition.ts";
import { gridColumns } from "../model/grid.ts";
import { drawTable } from "../page/table_view.ts";
import { type Drawing, STILL, type View } from "./view.ts";

/** Draw a table into `host`. */
export function drawPlainTable(host: HTMLElement, { visual, result, comparedWith }: View<PlainTable>): Drawing {
  const order = visual.order || visual.by[0]?.column || "";
  drawTable(host, {
    columns: gridColumns(result, comparedWith, false),
    groups: result.groups,
    order,
    limit: visual.limit,
    caption: visual.title,
  });
  return STILL;
}
