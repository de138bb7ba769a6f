/** Bars, each with what it is compared with in grey behind, its interval as a whisker, its value beside it. */
import type { EChartsCoreOption } from "echarts/core";
import type { Bars } from "../model/definition.ts";
import { details, finding, groupLabel } from "../model/findings.ts";
import { shortLabel } from "../model/format.ts";
import { element } from "../page/dom.ts";
import { type Api, colourOf, drawnBar, marks, type Scene, widestValue } from "./bar_shapes.ts";
import { withDrill } from "./bars_drill.ts";
import { type Bar, type BarsModel, barsModel } from "./bars_model.ts";
import { base, legend, plot, type Sign, tip, valueAxis, widthOf } from "./plot.ts";
import { type Drawing, STILL, type View } from "./view.ts";

const BAND = 28;
const PAPER = 0.7;
const BAR_OF_SERIES = 16;
const MOST_LABEL_SHARE = 0.4;
const VERTICAL_HEIGHT = 320;
const ROOM_OF_SLANTED = 18;

/** Draw bars into `host`. */
export function drawBars(host: HTMLElement, view: View<Bars>): Drawing {
  const model = barsModel(view.visual, view.result);
  if (model.categories.length === 0) return STILL;
  const isHorizontal = view.visual.is_horizontal;
  const scene: Scene = {
    view,
    model,
    isHorizontal,
    first: view.result.measures[view.visual.measures[0]!]!,
    ends: endsOf(view, model),
  };
  const signs = legend(signsOf(scene));
  if (signs) host.append(signs);
  const frame = element("div", { class: "frame" });
  host.append(frame);
  const words = `${view.visual.title}. ${finding(view.visual, view.result)} The table has all values.`;
  const drawn = plot(frame, heightOf(scene), words, (width) => optionOf(scene, width), notesOf(scene));
  if (!view.enter) return drawn;
  return withDrill(frame, scene, drawn);
}

function endsOf({ result, visual }: View<Bars>, { categories }: BarsModel): [number, number] {
  const values = categories.flatMap(({ bars }) =>
    bars.flatMap((bar) => (bar ? [bar.cell.value, bar.cell.low, bar.cell.high, bar.cell.baseline] : [])),
  );
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
  const names = model.categories.map(({ text, value }) =>
    isHorizontal ? text : shortLabel(value, view.result.dimensions[0]!.kind),
  );
  const named = Math.min(width * MOST_LABEL_SHARE, Math.max(...names.map((name) => widthOf(name, palette))) + 12);
  const category = categoryAxis(scene, names, isHorizontal ? named : (width - 64) / names.length);
  const values = valueAxis({
    unit: first.unit,
    palette,
    name: "",
    lowest: ends[0],
    highest: ends[1],
    isZeroBased: true,
  });
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

function categoryAxis(
  { view: { palette, enter }, isHorizontal }: Scene,
  names: readonly string[],
  room: number,
): object {
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
    data: model.categories.map(({ bars }, index) =>
      scene.isHorizontal ? [bars[at]?.cell.value ?? 0, index] : [index, bars[at]?.cell.value ?? 0],
    ),
    cursor: view.enter ? "pointer" : "default",
    tooltip: {
      formatter: ({ dataIndex }: { dataIndex: number }) =>
        tipOf(scene, model.categories[dataIndex]!.bars[at] ?? null, at),
    },
    renderItem: ({ dataIndex }: { dataIndex: number }, api: Api) => {
      const bar = model.categories[dataIndex]!.bars[at];
      return bar ? drawnBar(scene, bar, at, dataIndex, api) : undefined;
    },
  };
}

function tipOf({ view, model }: Scene, bar: Bar | null, at: number): HTMLElement | string {
  if (!bar) return "";
  const { measure } = model.series[at]!;
  return tip(
    groupLabel(bar.group, view.result.dimensions),
    details(bar.group, measure, view.result.measures[measure]!, view.comparedWith || "year before"),
  );
}

function signsOf(scene: Scene): Sign[] {
  const { view, model } = scene;
  const { palette } = view;
  const bars = model.categories.flatMap((category) => category.bars).filter((bar): bar is Bar => bar !== null);
  const signs: Sign[] = [];
  if (model.series.length > 1)
    signs.push(
      ...model.series.map(({ name }, at): Sign => ({
        look: at % 2 ? "outline" : "bar",
        colour: colourOf(scene, at),
        text: name,
      })),
    );
  if (bars.some(({ cell }) => cell.baseline !== null))
    signs.push({
      look: "bar",
      colour: palette.colour("comparison"),
      text: `the ${view.comparedWith || "year before"}`,
    });
  if (bars.some(({ cell }) => cell.low !== null))
    signs.push({ look: "whisker", colour: palette.colour("text"), text: "95 % interval" });
  return signs;
}

function notesOf({ model, view }: Scene): string[] {
  const what = view.result.dimensions[0]!.title.toLowerCase();
  const notes: string[] = [];
  if (model.leftOut)
    notes.push(
      `${model.categories.length} of ${model.categories.length + model.leftOut} are shown; the table has all.`,
    );
  if (model.withoutFigure)
    notes.push(
      `${model.withoutFigure} without a figure (by ${what}) ${model.withoutFigure === 1 ? "is" : "are"} in the table.`,
    );
  return notes;
}
