/** An ECharts plot in an element, and what all plots share: fonts, grids, axes, tips. */
import type { EChartsCoreOption } from "echarts/core";
import type { Unit } from "../model/definition.ts";
import { onAxis } from "../model/format.ts";
import { element } from "../page/dom.ts";
import type { Palette } from "../page/theme.ts";
import type { Drawing } from "./view.ts";

type Chart = ReturnType<NonNullable<typeof globalThis.storeTrafficCharts>["init"]>;
export interface Plot extends Drawing {
  readonly chart: Chart;
}

/** Draw a plot of some height, with what it shows in words for those who cannot see it. */
export function plot(
  host: HTMLElement,
  height: number,
  words: string,
  option: (width: number) => EChartsCoreOption,
  notes: readonly string[] = [],
): Plot {
  const canvas = element("div", { class: "plot", role: "img", "aria-label": words });
  canvas.style.height = `${height}px`;
  host.append(canvas);
  const chart = globalThis.storeTrafficCharts!.init(canvas, null, { renderer: "svg", useCoarsePointer: true });
  chart.setOption(option(chart.getWidth()));
  return {
    chart,
    notes,
    resize: () => {
      chart.resize();
      chart.setOption(option(chart.getWidth()), { notMerge: true });
    },
    dispose: () => chart.dispose(),
  };
}

/** Options that every plot has. */
export function base(palette: Palette): EChartsCoreOption {
  return {
    animation: false,
    useUTC: true,
    textStyle: { fontFamily: palette.family, fontSize: palette.fontSize, color: palette.colour("text") },
    tooltip: tipStyle(),
  };
}

/** Tips are elements of the page with its own style: see `.tip`. */
function tipStyle(): object {
  return {
    confine: true,
    transitionDuration: 0,
    className: "tip",
    backgroundColor: "transparent",
    borderWidth: 0,
    padding: 0,
    extraCssText: "box-shadow: none",
  };
}

/** Return a tip: a title and lines of name and value. */
export function tip(title: string, lines: readonly (readonly [string, string])[]): HTMLElement {
  const rows = lines.map(([name, value]) =>
    element("tr", {}, element("th", { scope: "row" }, name), element("td", {}, value)),
  );
  return element(
    "div",
    { class: "tip-body" },
    element("strong", {}, title),
    element("table", {}, element("tbody", {}, ...rows)),
  );
}

export interface ValueAxis {
  readonly unit: Unit;
  readonly palette: Palette;
  readonly name: string;
  readonly lowest: number;
  readonly highest: number;
  readonly isZeroBased: boolean;
}

/** Return an axis of values. */
export function valueAxis({ unit, palette, name, lowest, highest, isZeroBased }: ValueAxis): object {
  const [min, max, interval] = scaleOf(
    unit,
    isZeroBased ? Math.min(0, lowest) : lowest,
    isZeroBased ? Math.max(0, highest) : highest,
  );
  return {
    type: "value",
    name,
    nameTextStyle: { color: palette.colour("muted"), fontSize: palette.fontSize },
    min,
    max,
    interval,
    axisLabel: {
      color: palette.colour("muted"),
      fontSize: palette.fontSize,
      formatter: (value: number) => onAxis(value, unit),
      hideOverlap: true,
    },
    axisLine: { show: false },
    axisTick: { show: false },
    splitLine: { lineStyle: { color: palette.colour("grid") } },
  };
}

/** Seconds go by halves and whole minutes rather than by fifties. */
const STEPS_OF_TIME = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400];

/** Return the ends of a scale and its step, such that at most five steps hold all values. */
export function scaleOf(unit: Unit, lowest: number, highest: number): [number, number, number] {
  if (!(highest > lowest)) return scaleOf(unit, Math.min(0, lowest), Math.max(lowest, 0) || 1);
  const step = stepOf(unit, (highest - lowest) / 4);
  const [min, max] = [Math.floor(lowest / step + 1e-9) * step, Math.ceil(highest / step - 1e-9) * step];
  return [rounded(min), unit === "share" && highest <= 1 ? Math.min(1, rounded(max)) : rounded(max), rounded(step)];
}

function stepOf(unit: Unit, least: number): number {
  const ofTime = unit === "seconds" ? STEPS_OF_TIME.find((step) => step >= least) : undefined;
  if (ofTime) return ofTime;
  const power = 10 ** Math.floor(Math.log10(least));
  const factors = unit === "count" && power < 10 ? [1, 2, 5, 10] : [1, 2, 2.5, 5, 10];
  const step = factors.find((factor) => factor * power >= least * (1 - 1e-9))! * power;
  return unit === "count" ? Math.max(1, step) : step;
}

function rounded(value: number): number {
  return Number(value.toPrecision(12));
}

/** Return how wide a text is, in pixels. */
export function widthOf(text: string, palette: Palette): number {
  measuring ??= document.createElement("canvas").getContext("2d");
  if (!measuring) return text.length * palette.fontSize * 0.55;
  measuring.font = `${palette.fontSize}px ${palette.family}`;
  return measuring.measureText(text).width;
}
let measuring: CanvasRenderingContext2D | null = null;

/** Return strokes at 45° that fill a rectangle, as path data: the sign of "take with care". */
export function hatching(x: number, y: number, width: number, height: number, gap = 6): string {
  const strokes: string[] = [];
  for (let offset = gap / 2; offset < width + height; offset += gap) {
    const [startX, startY] = offset <= height ? [x, y + offset] : [x + offset - height, y + height];
    const [endX, endY] = offset <= width ? [x + offset, y] : [x + width, y + offset - width];
    strokes.push(`M${startX} ${startY}L${endX} ${endY}`);
  }
  return strokes.join("");
}

/** One sign of a legend. */
export interface Sign {
  readonly look: "line" | "bar" | "outline" | "band" | "hatched" | "whisker" | "dashed" | "hollow" | "circle";
  readonly colour: string;
  readonly text: string;
}

/** Return a legend above a chart; nothing where there is nothing to tell apart. */
export function legend(signs: readonly Sign[]): HTMLElement | null {
  if (signs.length === 0) return null;
  return element(
    "ul",
    { class: "legend" },
    ...signs.map(({ look, colour, text }) => {
      const sign = element("span", { class: `sign is-${look}`, "aria-hidden": "true" });
      sign.style.setProperty("--sign", colour);
      return element("li", {}, sign, text);
    }),
  );
}
