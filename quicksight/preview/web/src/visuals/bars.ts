/** Bars, each with what it is compared with in grey behind, its interval as a whisker, its value beside it. */
import type { EChartsCoreOption } from "echarts/core";
import type { Bars, Measure } from "../model/definition.ts";
import { details, finding, groupLabel, isPoor } from "../model/findings.ts";
import { said, shortLabel } from "../model/format.ts";
import { button, element } from "../page/dom.ts";
import { type Bar, type BarsModel, barsModel } from "./bars_model.ts";
import { base, hatching, legend, type Plot, plot, type Sign, tip, valueAxis, widthOf } from "./plot.ts";
import { type Drawing, STILL, type View } from "./view.ts";

const BAND = 28;
const PAPER = 0.7;
const BAR_OF_SERIES = 16;
const MOST_LABEL_SHARE = 0.4;
const VERTICAL_HEIGHT = 320;
const WIDEST = 96;
const ROOM_OF_SLANTED = 18;

/** Draw bars into `host`. */
export function drawBars(host: HTMLElement, view: View<Bars>): Drawing {
  const model = barsModel(view.visual, view.result);
  if (model.categories.length === 0) return STILL;
  const isHorizontal = view.visual.is_horizontal;
  const scene: Scene = { view, model, isHorizontal, first: view.result.measures[view.visual.measures[0]!]!, ends: endsOf(view, model) };
  const signs = legend(signsOf(scene));
  if (signs) host.append(signs);
  const frame = element("div", { class: "frame" });
  host.append(frame);
  const words = `${view.visual.title}. ${finding(view.visual, view.result)} The table has all values.`;
  const drawn = plot(frame, heightOf(scene), words, (width) => optionOf(scene, width), notesOf(scene));
  if (!view.enter) return drawn;
  return withDrill(frame, scene, drawn);
}

interface Scene {
  readonly view: View<Bars>;
  readonly model: BarsModel;
  readonly isHorizontal: boolean;
  readonly first: Measure;
  readonly ends: readonly [number, number];
}

function endsOf({ result, visual }: View<Bars>, { categories }: BarsModel): [number, number] {
  const values = categories.flatMap(({ bars }) => bars.flatMap((bar) => (bar ? [bar.cell.value, bar.cell.low, bar.cell.high, bar.cell.baseline] : [])));
  const target = result.measures[visual.measures[0]!]!.target;
  const known = [...values, target].filter((value): value is number => value !== null);
  return [Math.min(0, ...known), Math.max(0, ...known)];
}

function heightOf({ isHorizontal, model, first, view }: Scene): number {
  const scale = view.palette.isPaper ? PAPER : 1;
  if (!isHorizontal) return VERTICAL_HEIGHT * scale;
  const band = Math.max(BAND, model.series.length * BAR_OF_SERIES + 8) * scale;
  return model.categories.length * band + 32 + (first.target !== null ? 24 : 8);
}

function optionOf(scene: Scene, width: number): EChartsCoreOption {
  const { view, model, isHorizontal, ends, first } = scene;
  const { palette } = view;
  const names = model.categories.map(({ text, value }) => (isHorizontal ? text : shortLabel(value, view.result.dimensions[0]!.kind)));
  const named = Math.min(width * MOST_LABEL_SHARE, Math.max(...names.map((name) => widthOf(name, palette))) + 12);
  const category = categoryAxis(scene, names, isHorizontal ? named : (width - 64) / names.length);
  const values = valueAxis({ unit: first.unit, palette, name: "", lowest: ends[0], highest: ends[1], isZeroBased: true });
  const room = isHorizontal ? widestValue(scene) + 16 : 8;
  return {
    ...base(palette),
    grid: isHorizontal
      ? { left: named, right: room, top: first.target === null ? 4 : 24, bottom: 28, containLabel: false }
      : { left: 8, right: first.target === null ? 8 : 80, top: 24, bottom: 8, containLabel: true },
    xAxis: isHorizontal ? values : category,
    yAxis: isHorizontal ? { ...category, inverse: true } : values,
    series: [...model.series.map((_, at) => barSeries(scene, at)), marks(scene)],
  };
}

function categoryAxis({ view: { palette, enter }, isHorizontal }: Scene, names: readonly string[], room: number): object {
  const isTight = !isHorizontal && Math.max(...names.map((name) => widthOf(name, palette))) > room - 4;
  return {
    type: "category",
    data: names,
    axisLine: { show: false, onZero: false },
    axisTick: { show: false },
    axisLabel: {
      color: palette.colour(enter ? "accent" : "text"),
      fontSize: palette.fontSize,
      interval: isTight ? Math.max(0, Math.ceil(ROOM_OF_SLANTED / room) - 1) : 0,
      rotate: isTight ? 40 : 0,
      ...(isHorizontal ? { width: room - 10, overflow: "truncate", margin: 8 } : {}),
    },
  };
}

function barSeries(scene: Scene, at: number): object {
  const { view, model } = scene;
  return {
    type: "custom",
    name: model.series[at]!.name,
    data: model.categories.map(({ bars }, index) => (scene.isHorizontal ? [bars[at]?.cell.value ?? 0, index] : [index, bars[at]?.cell.value ?? 0])),
    cursor: view.enter ? "pointer" : "default",
    tooltip: { formatter: ({ dataIndex }: { dataIndex: number }) => tipOf(scene, model.categories[dataIndex]!.bars[at] ?? null, at) },
    renderItem: ({ dataIndex }: { dataIndex: number }, api: Api) => {
      const bar = model.categories[dataIndex]!.bars[at];
      return bar ? drawnBar(scene, bar, at, dataIndex, api) : undefined;
    },
  };
}

interface Api {
  coord(values: readonly number[]): [number, number];
  size(values: readonly number[]): [number, number];
}

function tipOf({ view, model }: Scene, bar: Bar | null, at: number): HTMLElement | string {
  if (!bar) return "";
  const { measure } = model.series[at]!;
  return tip(groupLabel(bar.group, view.result.dimensions), details(bar.group, measure, view.result.measures[measure]!, view.comparedWith || "year before"));
}

function valueText({ cell, group }: Bar, measure: Measure): string {
  if (cell.value === null) return group.isSuppressed ? "hidden" : "no data";
  return said(cell.value, measure.unit);
}

interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Where a bar lies from zero to a value, `thickness` of its place wide. */
function rectangle({ isHorizontal, model }: Scene, api: Api, index: number, at: number, value: number, thickness: number): Rectangle {
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

function drawnBar(scene: Scene, bar: Bar, at: number, index: number, api: Api): object {
  const { cell } = bar;
  const [own, behind] = cell.baseline === null ? [0.78, null] : [0.46, rectangle(scene, api, index, at, cell.baseline, 0.92)];
  const shape = rectangle(scene, api, index, at, cell.value ?? 0, own);
  const colour = colourOf(scene, at);
  const children = [
    behind && { type: "rect", shape: behind, style: { fill: scene.view.palette.colour("comparison"), opacity: 0.7 } },
    cell.value !== null && { type: "rect", shape, style: lookOf(scene, at, isPoor(cell.coverage)) },
    isPoor(cell.coverage) && { type: "path", shape: { pathData: hatching(shape.x, shape.y, shape.width, shape.height) }, style: { stroke: colour, lineWidth: 1, fill: "none" } },
    cell.low !== null && cell.high !== null && whisker(scene, shape, cell.low, cell.high, index, api),
    hasValueText(scene, api) && valueLabel(scene, bar, at, shape, index, api),
  ];
  return { type: "group", children: children.filter(Boolean) };
}

function colourOf({ view: { palette }, model }: Scene, at: number): string {
  return model.series.length === 1 ? palette.colour("accent") : palette.series[at % palette.series.length]!;
}

/** The second series is an outline: told apart without hues too. Poorly watched bars are faded. */
function lookOf(scene: Scene, at: number, isFaded: boolean): object {
  const colour = colourOf(scene, at);
  const isOutline = at % 2 === 1;
  return { fill: colour, fillOpacity: isFaded || isOutline ? 0.22 : 1, stroke: isOutline || isFaded ? colour : "none", lineWidth: 1.5 };
}

function whisker({ view, isHorizontal }: Scene, shape: Rectangle, low: number, high: number, index: number, api: Api): object {
  const [from, to] = [low, high].map((value) => api.coord(isHorizontal ? [value, index] : [index, value])) as [[number, number], [number, number]];
  const middle = isHorizontal ? shape.y + shape.height / 2 : shape.x + shape.width / 2;
  const cap = 3;
  const path = isHorizontal
    ? `M${from[0]} ${middle}H${to[0]}M${from[0]} ${middle - cap}V${middle + cap}M${to[0]} ${middle - cap}V${middle + cap}`
    : `M${middle} ${from[1]}V${to[1]}M${middle - cap} ${from[1]}H${middle + cap}M${middle - cap} ${to[1]}H${middle + cap}`;
  return { type: "path", shape: { pathData: path }, style: { stroke: view.palette.colour("text"), lineWidth: 1.25, fill: "none" } };
}

/** Beside bars that stand upright values have room only where the widest of them has. */
function hasValueText(scene: Scene, api: Api): boolean {
  return scene.isHorizontal || (scene.model.series.length === 1 && widestValue(scene) < api.size([1, 0])[0] - 4);
}

function widestValue({ model, view, first }: Scene): number {
  return Math.max(...model.categories.flatMap(({ bars }) => bars.map((bar) => (bar ? widthOf(valueText(bar, first), view.palette) : 0))));
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
  const style = { text, fill: view.palette.colour(value === null ? "muted" : "text"), font: `${view.palette.fontSize}px ${view.palette.family}`, stroke: view.palette.colour("surface"), lineWidth: 3 };
  if (!isHorizontal) return { type: "text", style: { ...style, x, y: y - 4, align: "center", verticalAlign: "bottom" } };
  return { type: "text", style: { ...style, x: x + 6, y: shape.y + shape.height / 2, align: "left", verticalAlign: "middle" } };
}

/** The line of zero where there are values on both sides, and the target with its name. */
function marks(scene: Scene): object {
  const { view, ends, first, isHorizontal } = scene;
  return {
    type: "custom",
    silent: true,
    tooltip: { show: false },
    data: [[0, 0]],
    renderItem: ({ coordSys }: { coordSys: Rectangle }, api: Api) => ({
      type: "group",
      children: [
        straight(scene, api, coordSys, 0, { stroke: view.palette.colour(ends[0] < 0 ? "muted" : "line"), lineWidth: 1 }),
        ...(first.target === null ? [] : targetMark(scene, api, coordSys, first.target)),
      ],
    }),
    z: isHorizontal ? 3 : 2,
  };
}

function straight({ isHorizontal }: Scene, api: Api, area: Rectangle, value: number, style: object): object {
  const [x, y] = api.coord(isHorizontal ? [value, 0] : [0, value]);
  const shape = isHorizontal ? { x1: x, x2: x, y1: area.y, y2: area.y + area.height } : { x1: area.x, x2: area.x + area.width, y1: y, y2: y };
  return { type: "line", shape, style };
}

function targetMark(scene: Scene, api: Api, area: Rectangle, target: number): object[] {
  const { view, first, isHorizontal } = scene;
  const { palette } = view;
  const [x, y] = api.coord(isHorizontal ? [target, 0] : [0, target]);
  const text = `target ${said(target, first.unit)}`;
  const style = { text, fill: palette.colour("muted"), font: `${palette.fontSize}px ${palette.family}` };
  const place = isHorizontal
    ? { x: Math.min(x, area.x + area.width - widthOf(text, palette) / 2 + 40), y: area.y - 4, align: "center", verticalAlign: "bottom" }
    : { x: area.x + area.width + 4, y, align: "left", verticalAlign: "middle" };
  return [straight(scene, api, area, target, { stroke: palette.colour("text"), lineWidth: 1, lineDash: [4, 3] }), { type: "text", style: { ...style, ...place } }];
}

function signsOf(scene: Scene): Sign[] {
  const { view, model } = scene;
  const { palette } = view;
  const bars = model.categories.flatMap((category) => category.bars).filter((bar): bar is Bar => bar !== null);
  const signs: Sign[] = [];
  if (model.series.length > 1) signs.push(...model.series.map(({ name }, at): Sign => ({ look: at % 2 ? "outline" : "bar", colour: colourOf(scene, at), text: name })));
  if (bars.some(({ cell }) => cell.baseline !== null)) signs.push({ look: "bar", colour: palette.colour("comparison"), text: `the ${view.comparedWith || "year before"}` });
  if (bars.some(({ cell }) => cell.low !== null)) signs.push({ look: "whisker", colour: palette.colour("text"), text: "95 % interval" });
  return signs;
}

function notesOf({ model, view }: Scene): string[] {
  const what = view.result.dimensions[0]!.title.toLowerCase();
  const notes: string[] = [];
  if (model.leftOut) notes.push(`${model.categories.length} of ${model.categories.length + model.leftOut} are shown; the table has all.`);
  if (model.withoutFigure) notes.push(`${model.withoutFigure} without a figure (by ${what}) ${model.withoutFigure === 1 ? "is" : "are"} in the table.`);
  return notes;
}

/** A click on a bar goes one deeper; for keys, each bar has a button that lies over it and lets the pointer through. */
function withDrill(frame: HTMLElement, { view, model, isHorizontal }: Scene, drawn: Plot): Drawing {
  const column = view.result.dimensions[0]!.column;
  const enter = (index: number) => view.enter?.({ column, value: model.categories[index]!.value });
  const buttons = model.categories.map(({ text, bars }, index) => {
    const value = bars[0] ? said(bars[0].cell.value, view.result.measures[view.visual.measures[0]!]!.unit) : "";
    const made = button("", () => enter(index), { class: "drill", "aria-label": `${text}: ${value}. Show ${view.deeper}.` });
    made.addEventListener("focus", () => drawn.chart.dispatchAction({ type: "showTip", seriesIndex: 0, dataIndex: index }));
    made.addEventListener("blur", () => drawn.chart.dispatchAction({ type: "hideTip" }));
    return made;
  });
  frame.append(element("div", { class: "drills", role: "group", "aria-label": `${view.visual.title}: go deeper` }, ...buttons));
  // Anywhere in a bar's band, its name too: a short bar is no target for a thumb.
  drawn.chart.getZr().on("click", (event: { offsetX: number; offsetY: number }) => {
    const at = drawn.chart.convertFromPixel({ seriesIndex: 0 }, [event.offsetX, event.offsetY]) as unknown as [number, number] | undefined;
    const index = at?.[isHorizontal ? 1 : 0];
    if (index !== undefined && model.categories[index]) enter(index);
  });
  const place = () => placeButtons(buttons, drawn, isHorizontal);
  place();
  return { ...drawn, resize: () => (drawn.resize(), place()) };
}

function placeButtons(buttons: readonly HTMLElement[], { chart }: Plot, isHorizontal: boolean): void {
  const centre = (index: number) => (chart.convertToPixel({ seriesIndex: 0 }, isHorizontal ? [0, index] : [index, 0]) as unknown as [number, number])[isHorizontal ? 1 : 0];
  const band = buttons.length > 1 ? centre(1) - centre(0) : isHorizontal ? BAND : chart.getWidth() / 2;
  buttons.forEach((each, index) => {
    const start = `${centre(index) - band / 2}px`;
    Object.assign(each.style, isHorizontal ? { top: start, height: `${band}px`, left: "0", width: "100%" } : { left: start, width: `${band}px`, top: "0", height: "100%" });
  });
}
