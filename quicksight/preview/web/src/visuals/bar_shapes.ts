/** What one bar is drawn of: what it is compared with, itself, its interval, its value; and the marks over all bars. */
import type { Bars, Measure } from "../model/definition.ts";
import { isPoor } from "../model/findings.ts";
import { said } from "../model/format.ts";
import type { Bar, BarsModel } from "./bars_model.ts";
import { hatching, widthOf } from "./plot.ts";
import type { View } from "./view.ts";

const WIDEST = 96;

/** What all bars of a chart share; `ends` are the least and the greatest value, zero among them. */
export interface Scene {
  readonly view: View<Bars>;
  readonly model: BarsModel;
  readonly isHorizontal: boolean;
  readonly first: Measure;
  readonly ends: readonly [number, number];
}

/** What ECharts gives to whoever draws: places of values in the plot. */
export interface Api {
  coord(values: readonly number[]): [number, number];
  size(values: readonly number[]): [number, number];
}

interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Where a bar lies from zero to a value, `thickness` of its place wide. */
function rectangle(
  { isHorizontal, model }: Scene,
  api: Api,
  index: number,
  at: number,
  value: number,
  thickness: number,
): Rectangle {
  const place = (isHorizontal ? api.size([0, 1])[1] : api.size([1, 0])[0]) * 0.82;
  const each = Math.min(place / model.series.length, isHorizontal ? Infinity : WIDEST);
  const width = each * thickness;
  const offset = (at - (model.series.length - 1) / 2) * each - width / 2;
  const [startX, startY] = api.coord(isHorizontal ? [0, index] : [index, 0]);
  const [endX, endY] = api.coord(isHorizontal ? [value, index] : [index, value]);
  return isHorizontal
    ? { x: Math.min(startX, endX), y: startY + offset, width: Math.abs(endX - startX), height: width }
    : { x: startX + offset, y: Math.min(startY, endY), width, height: Math.abs(endY - startY) };
}

/** Return the shapes of a bar. */
export function drawnBar(scene: Scene, bar: Bar, at: number, index: number, api: Api): object {
  const { cell } = bar;
  const [own, behind] =
    cell.baseline === null ? [0.78, null] : [0.46, rectangle(scene, api, index, at, cell.baseline, 0.92)];
  const shape = rectangle(scene, api, index, at, cell.value ?? 0, own);
  const colour = colourOf(scene, at);
  const children = [
    behind && { type: "rect", shape: behind, style: { fill: scene.view.palette.colour("comparison"), opacity: 0.7 } },
    cell.value !== null && { type: "rect", shape, style: lookOf(scene, at, isPoor(cell.coverage)) },
    isPoor(cell.coverage) && {
      type: "path",
      shape: { pathData: hatching(shape.x, shape.y, shape.width, shape.height) },
      style: { stroke: colour, lineWidth: 1, fill: "none" },
    },
    cell.low !== null && cell.high !== null && whisker(scene, shape, cell.low, cell.high, index, api),
    hasValueText(scene, api) && valueLabel(scene, bar, at, shape, index, api),
  ];
  return { type: "group", children: children.filter(Boolean) };
}

/** Return the colour of a series. */
export function colourOf({ view: { palette }, model }: Scene, at: number): string {
  return model.series.length === 1 ? palette.colour("accent") : palette.series[at % palette.series.length]!;
}

/** The second series is an outline: told apart without hues too. Poorly watched bars are faded. */
function lookOf(scene: Scene, at: number, isFaded: boolean): object {
  const colour = colourOf(scene, at);
  const isOutline = at % 2 === 1;
  return {
    fill: colour,
    fillOpacity: isFaded || isOutline ? 0.22 : 1,
    stroke: isOutline || isFaded ? colour : "none",
    lineWidth: 1.5,
  };
}

function whisker(
  { view, isHorizontal }: Scene,
  shape: Rectangle,
  low: number,
  high: number,
  index: number,
  api: Api,
): object {
  const [from, to] = [low, high].map((value) => api.coord(isHorizontal ? [value, index] : [index, value])) as [
    [number, number],
    [number, number],
  ];
  const middle = isHorizontal ? shape.y + shape.height / 2 : shape.x + shape.width / 2;
  const cap = 3;
  const path = isHorizontal
    ? `M${from[0]} ${middle}H${to[0]}M${from[0]} ${middle - cap}V${middle + cap}M${to[0]} ${middle - cap}V${middle + cap}`
    : `M${middle} ${from[1]}V${to[1]}M${middle - cap} ${from[1]}H${middle + cap}M${middle - cap} ${to[1]}H${middle + cap}`;
  return {
    type: "path",
    shape: { pathData: path },
    style: { stroke: view.palette.colour("text"), lineWidth: 1.25, fill: "none" },
  };
}

/** Beside bars that stand upright values have room only where the widest of them has. */
function hasValueText(scene: Scene, api: Api): boolean {
  return scene.isHorizontal || (scene.model.series.length === 1 && widestValue(scene) < api.size([1, 0])[0] - 4);
}

/** Return how wide the widest value is, in pixels. */
export function widestValue({ model, view, first }: Scene): number {
  return Math.max(
    ...model.categories.flatMap(({ bars }) =>
      bars.map((bar) => (bar ? widthOf(valueText(bar, first), view.palette) : 0)),
    ),
  );
}

function valueText({ cell, group }: Bar, measure: Measure): string {
  if (cell.value === null) return group.isSuppressed ? "hidden" : "no data";
  return said(cell.value, measure.unit);
}

/** The value stands beyond the end of its bar, and of all that is drawn with it. */
function valueLabel(scene: Scene, bar: Bar, at: number, shape: Rectangle, index: number, api: Api): object {
  const { isHorizontal, view, model } = scene;
  const { value, low, high, baseline } = bar.cell;
  const known = [value, low, high, baseline].filter((each): each is number => each !== null);
  // Beside a bar below zero the names stand: its value comes right of zero.
  const end = Math.max(0, ...known);
  const [x, y] = api.coord(isHorizontal ? [end, index] : [index, end]);
  const text = valueText(bar, view.result.measures[model.series[at]!.measure]!);
  const style = {
    text,
    fill: view.palette.colour(value === null ? "muted" : "text"),
    font: `${view.palette.fontSize}px ${view.palette.family}`,
    stroke: view.palette.colour("surface"),
    lineWidth: 3,
  };
  if (!isHorizontal)
    return { type: "text", style: { ...style, x, y: y - 4, align: "center", verticalAlign: "bottom" } };
  return {
    type: "text",
    style: { ...style, x: x + 6, y: shape.y + shape.height / 2, align: "left", verticalAlign: "middle" },
  };
}

/** The line of zero where there are values on both sides, and the target with its name. */
export function marks(scene: Scene): object {
  const { view, ends, first, isHorizontal } = scene;
  return {
    type: "custom",
    silent: true,
    tooltip: { show: false },
    data: [[0, 0]],
    renderItem: ({ coordSys }: { coordSys: Rectangle }, api: Api) => ({
      type: "group",
      children: [
        straight(scene, api, coordSys, 0, {
          stroke: view.palette.colour(ends[0] < 0 ? "muted" : "line"),
          lineWidth: 1,
        }),
        ...(first.target === null ? [] : targetMark(scene, api, coordSys, first.target)),
      ],
    }),
    z: isHorizontal ? 3 : 2,
  };
}

function straight({ isHorizontal }: Scene, api: Api, area: Rectangle, value: number, style: object): object {
  const [x, y] = api.coord(isHorizontal ? [value, 0] : [0, value]);
  const shape = isHorizontal
    ? { x1: x, x2: x, y1: area.y, y2: area.y + area.height }
    : { x1: area.x, x2: area.x + area.width, y1: y, y2: y };
  return { type: "line", shape, style };
}

function targetMark(scene: Scene, api: Api, area: Rectangle, target: number): object[] {
  const { view, first, isHorizontal } = scene;
  const { palette } = view;
  const [x, y] = api.coord(isHorizontal ? [target, 0] : [0, target]);
  const text = `target ${said(target, first.unit)}`;
  const style = { text, fill: palette.colour("muted"), font: `${palette.fontSize}px ${palette.family}` };
  const place = isHorizontal
    ? {
        x: Math.min(x, area.x + area.width - widthOf(text, palette) / 2 + 40),
        y: area.y - 4,
        align: "center",
        verticalAlign: "bottom",
      }
    : { x: area.x + area.width + 4, y, align: "left", verticalAlign: "middle" };
  return [
    straight(scene, api, area, target, { stroke: palette.colour("text"), lineWidth: 1, lineDash: [4, 3] }),
    { type: "text", style: { ...style, ...place } },
  ];
}
