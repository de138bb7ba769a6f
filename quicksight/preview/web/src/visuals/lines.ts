/** Lines over time or hours: the interval as a band, the comparison in grey behind, gaps as gaps. */
import type { EChartsCoreOption } from "echarts/core";
import type { Lines } from "../model/definition.ts";
import { details, finding, isPoor } from "../model/findings.ts";
import { label, shortLabel } from "../model/format.ts";
import {
  behind,
  colourOf,
  DASHES,
  hasBaseline,
  hasEndLabels,
  lineSeries,
  type Scene,
  targetSeries,
} from "./line_series.ts";
import { linesModel, timeOf } from "./lines_model.ts";
import { base, legend, plot, type Sign, tip, valueAxis, widthOf } from "./plot.ts";
import type { Drawing, View } from "./view.ts";

const HEIGHT = 304;
const HEIGHT_ON_PAPER = 216;
const HOURS = { hour: "{HH}:{mm}", minute: "{HH}:{mm}" };
const LABELS_OF_DAYS = { ...HOURS, year: "{d} {MMM} {yyyy}", month: "{d} {MMM}", day: "{d} {MMM}" };
const LABELS_OF_MONTHS = { ...HOURS, year: "{MMM} {yyyy}", month: "{MMM}", day: "{d} {MMM}" };
const FEW_DAYS = 100;

/** Draw lines into `host`. */
export function drawLines(host: HTMLElement, view: View<Lines>): Drawing {
  const scene = sceneOf(view);
  const signs = legend(signsOf(scene));
  if (signs) host.append(signs);
  const words = `${view.visual.title}. ${finding(view.visual, view.result)} The table has all values.`;
  return plot(host, view.palette.isPaper ? HEIGHT_ON_PAPER : HEIGHT, words, (width) => optionOf(scene, width));
}

function sceneOf(view: View<Lines>): Scene {
  const model = linesModel(view.visual, view.result);
  const kind = view.result.dimensions[0]!.kind;
  const first = model.lines[0]!;
  const isTime = kind === "date" || kind === "week" || kind === "instant";
  return {
    view,
    model,
    unit: first.measure.unit,
    isTime,
    target: first.measure.target,
    alone: model.lines.length === 1 ? first : null,
  };
}

function optionOf(scene: Scene, width: number): EChartsCoreOption {
  const { view, model } = scene;
  const shared = base(view.palette);
  return {
    ...shared,
    tooltip: {
      ...(shared["tooltip"] as object),
      trigger: "axis",
      axisPointer: { type: "line", lineStyle: { color: view.palette.colour("muted"), type: "solid" } },
      formatter: (given: unknown) => tipOf(scene, given),
    },
    grid: { left: 8, right: rightRoom(scene), top: 28, bottom: 8, containLabel: true },
    xAxis: xAxis(scene, width),
    yAxis: yAxis(scene),
    series: [...behind(scene), ...model.lines.map((line, at) => lineSeries(scene, line, at)), ...targetSeries(scene)],
  };
}

function rightRoom(scene: Scene): number {
  if (!hasEndLabels(scene)) return 20;
  return 16 + Math.max(...scene.model.lines.map((line) => widthOf(line.name, scene.view.palette)));
}

function xAxis({ view, model, isTime }: Scene, width: number): object {
  const { palette } = view;
  const dimension = view.result.dimensions[0]!;
  const style = { color: palette.colour("muted"), fontSize: palette.fontSize, hideOverlap: true };
  const shared = {
    axisLine: { lineStyle: { color: palette.colour("line") } },
    axisTick: { show: false },
    splitLine: { show: false },
  };
  const isShort =
    dimension.kind === "instant" || model.steps.length < (dimension.kind === "week" ? FEW_DAYS / 7 : FEW_DAYS);
  if (isTime)
    return {
      ...shared,
      type: "time",
      min: "dataMin",
      max: "dataMax",
      axisLabel: { ...style, formatter: isShort ? LABELS_OF_DAYS : LABELS_OF_MONTHS },
    };
  const names = model.steps.map((step) => shortLabel(step, dimension.kind));
  const widest = 8 + Math.max(...names.map((name) => widthOf(name, palette)));
  return {
    ...shared,
    type: "category",
    boundaryGap: false,
    data: names,
    name: dimension.title,
    nameLocation: "middle",
    nameGap: 28,
    nameTextStyle: { color: palette.colour("muted"), fontSize: palette.fontSize },
    axisLabel: { ...style, interval: Math.ceil(widest / ((width - 80) / names.length)) - 1 },
  };
}

/** Counts start at zero; a share near one keeps its detail, from a round number below. */
function yAxis(scene: Scene): object {
  const { view, model, unit, target } = scene;
  const cells = model.lines.flatMap(({ points }) => points.flatMap((point) => (point ? [point.cell] : [])));
  const drawn = scene.alone
    ? cells.flatMap((cell) => [cell.value, cell.low, cell.high, cell.baseline])
    : cells.map((cell) => cell.value);
  const known = [...drawn, target].filter((value): value is number => value !== null);
  const [lowest, highest] = [
    known.reduce((a, b) => Math.min(a, b), Infinity),
    known.reduce((a, b) => Math.max(a, b), -Infinity),
  ];
  const isHighShare = unit === "share" && lowest > 0.5;
  const name = scene.alone?.measure.title ?? "";
  return {
    ...valueAxis({
      unit,
      palette: view.palette,
      name,
      lowest: isHighShare ? Math.floor(lowest * 20 - 0.2) / 20 : lowest,
      highest,
      isZeroBased: !isHighShare,
    }),
    nameTextStyle: {
      color: view.palette.colour("muted"),
      fontSize: view.palette.fontSize,
      align: "left",
      padding: [0, 0, 0, -24],
    },
  };
}

function tipOf({ view, model }: Scene, given: unknown): HTMLElement | string {
  const [first] = given as { axisValue: number | string; dataIndex: number; seriesType: string }[];
  if (!first) return "";
  const kind = view.result.dimensions[0]!.kind;
  const at = model.steps.findIndex((step) =>
    typeof first.axisValue === "number" ? timeOf(step) === first.axisValue : shortLabel(step, kind) === first.axisValue,
  );
  const step = model.steps[at];
  if (step === undefined) return "";
  const lines = model.lines.flatMap((line): (readonly [string, string])[] => {
    const point = line.points[at];
    if (!point) return [[line.name, "no data"]];
    const told = details(point.group, line.measureName, line.measure, view.comparedWith || "year before");
    return model.lines.length === 1 ? told : [[line.name, told[0]![1]]];
  });
  return tip(label(step, kind), lines);
}

function signsOf(scene: Scene): Sign[] {
  const { alone, view, model } = scene;
  const { palette } = view;
  const signs: Sign[] = [];
  if (!alone)
    return hasEndLabels(scene)
      ? []
      : model.lines.map((line, at) => ({
          look: at % DASHES.length ? "dashed" : "line",
          colour: colourOf(scene, at),
          text: line.name,
        }));
  if (hasBaseline(alone)) {
    signs.push({ look: "line", colour: palette.colour("accent"), text: alone.name });
    signs.push({
      look: "line",
      colour: palette.colour("comparison"),
      text: `the ${view.comparedWith || "year before"}`,
    });
  }
  if (alone.points.some((point) => point?.cell.low != null))
    signs.push({ look: "band", colour: palette.colour("accent"), text: "95 % interval" });
  const points = model.lines.flatMap((line) => line.points);
  if (points.some((point) => point && point.cell.value !== null && isPoor(point.cell.coverage)))
    signs.push({ look: "hollow", colour: palette.colour("accent"), text: "poorly watched" });
  return signs;
}
