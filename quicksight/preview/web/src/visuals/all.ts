/** Each kind of visual has a file of its own that draws it. */
import type { Visual } from "../model/definition.ts";
import { drawBars } from "./bars.ts";
import { drawFloorHeat } from "./floor_heat.ts";
import { drawFunnel } from "./funnel.ts";
import { drawHeatTable } from "./heat_table.ts";
import { drawKpi } from "./kpi.ts";
import { drawLines } from "./lines.ts";
import { drawStoreMap } from "./store_map.ts";
import { drawPlainTable } from "./table.ts";
import type { Drawing, View } from "./view.ts";

type Draw = (host: HTMLElement, view: View<never>) => Drawing | Promise<Drawing>;

const DRAW: Readonly<Record<Visual["kind"], Draw>> = {
  kpi: drawKpi,
  bars: drawBars,
  lines: drawLines,
  heat_table: drawHeatTable,
  table: drawPlainTable,
  store_map: drawStoreMap,
  funnel: drawFunnel,
  floor_heat: drawFloorHeat,
};
const PLOTTED: ReadonlySet<Visual["kind"]> = new Set(["bars", "lines", "store_map"]);

/** Whether a visual needs ECharts. */
export function isPlotted({ kind }: Visual): boolean {
  return PLOTTED.has(kind);
}

/** Draw a visual into `host`. */
export function draw(host: HTMLElement, view: View): Drawing | Promise<Drawing> {
  return DRAW[view.visual.kind](host, view as View<never>);
}
