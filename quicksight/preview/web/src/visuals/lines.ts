/** Lines over time or hours: the interval as a band, the comparison in grey behind, gaps as gaps. */
import type { EChartsCoreOption } from "echarts/core";
import type { Lines, Unit } from "../model/definition.ts";
import { details, finding, isPoor } from "../model/findings.ts";
import { label, said, shortLabel } from "../model/format.ts";
import type { Value } from "../model/table.ts";
import { type Line, type LinesModel, linesModel, type Point, runsWithInterval, timeOf } from "./lines_model.ts";
import { base, legend, plot, type Sign, tip, valueAxis, widthOf } from "./plot.ts";
import type { Drawing, View } from "./view.ts";

const HEIGHT = 304;
const HEIGHT_ON_PAPER = 216;
const HOURS = { hour: "{HH}:{mm}", minute: "{HH}:{mm}" };
const LABELS_OF_DAYS = { ...HOURS, year: "{d} {MMM} {yyyy}", month: "{d} {MMM}", day: "{d} {MMM}" };
const LABELS_OF_MONTHS = { ...HOURS, year: "{MMM} {yyyy}", month: "{MMM}", day: "{d} {MMM}" };
const FEW_DAYS = 100;
const LEAST_GAP_OF_ENDS = 0.08;
const DASHES = ["solid", [6, 3], [2, 3]] as const;

/** Draw lines into `host`. */
export function drawLines(host: HTMLElement, view: View<Lines>): Drawing {
  const scene = sceneOf(view);
  const signs = legend(signsOf(scene));
  if (signs) host.append(signs);
  const words = `${view.visual.title}. ${finding(view.visual, view.result)} The table has all values.`;
  return plot(host, view.palette.isPaper ? HEIGHT_ON_PAPER : HEIGHT, words, (width) => optionOf(scene, width));
}

interface Scene {
  readonly view: View<Lines>;
  readonly model: LinesModel;
  readonly unit: Unit;
  readonly isTime: boolean;
  readonly target: number | null;
  /** A line alone has its interval and its comparison with it. */
  readonly alone: Line | null;
}

function sceneOf(view: View<Lines>): Scene {
  const model = linesModel(view.visual, view.result);
  const kind = view.result.dimensions[0]!.kind;
  const first = model.lines[0]!;
  const isTime = kind === "date" || kind === "week" || kind === "instant";
  return { view, model, unit: first.measure.unit, isTime, target: first.measure.target, alone: model.lines.length === 1 ? first : null };
}

function optionOf(scene: Scene, width: number): EChartsCoreOption {
  const { view, model } = scene;
  const shared = base(view.palette);
  return {
    ...shared,
    tooltip: { ...(shared["tooltip"] as object), trigger: "axis", axisPointer: { type: "line", lineStyle: { color: view.palette.colour("muted"), type: "solid" } }, formatter: (given: unknown) => tipOf(scene, given) },
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

/** Names stand at the ends of several lines, where the ends are far enough apart. */
function hasEndLabels({ alone, model }: Scene): boolean {
  if (alone) return false;
  const values = model.lines.flatMap(({ points }) => points.flatMap((point) => point?.cell.value ?? []));
  const span = values.reduce((a, b) => Math.max(a, b), 0) - values.reduce((a, b) => Math.min(a, b), 0) || 1;
  const ends = model.lines.map(({ points }) => points.findLast((point) => point && point.cell.value !== null)?.cell.value ?? 0).sort((a, b) => a - b);
  return ends.every((end, at) => at === 0 || (end - ends[at - 1]!) / span > LEAST_GAP_OF_ENDS);
}

function xOf({ isTime }: Scene, step: Value, at: number): number {
  return isTime ? timeOf(step) : at;
}

function xAxis({ view, model, isTime }: Scene, width: number): object {
  const { palette } = view;
  const dimension = view.result.dimensions[0]!;
  const style = { color: palette.colour("muted"), fontSize: palette.fontSize, hideOverlap: true };
  const shared = { axisLine: { lineStyle: { color: palette.colour("line") } }, axisTick: { show: false }, splitLine: { show: false } };
  const isShort = dimension.kind === "instant" || model.steps.length < (dimension.kind === "week" ? FEW_DAYS / 7 : FEW_DAYS);
  if (isTime) return { ...shared, type: "time", min: "dataMin", max: "dataMax", axisLabel: { ...style, formatter: isShort ? LABELS_OF_DAYS : LABELS_OF_MONTHS } };
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
  const drawn = scene.alone ? cells.flatMap((cell) => [cell.value, cell.low, cell.high, cell.baseline]) : cells.map((cell) => cell.value);
  const known = [...drawn, target].filter((value): value is number => value !== null);
  const [lowest, highest] = [known.reduce((a, b) => Math.min(a, b), Infinity), known.reduce((a, b) => Math.max(a, b), -Infinity)];
  const isHighShare = unit === "share" && lowest > 0.5;
  const name = scene.alone?.measure.title ?? "";
  return {
    ...valueAxis({ unit, palette: view.palette, name, lowest: isHighShare ? Math.floor(lowest * 20 - 0.2) / 20 : lowest, highest, isZeroBased: !isHighShare }),
    nameTextStyle: { color: view.palette.colour("muted"), fontSize: view.palette.fontSize, align: "left", padding: [0, 0, 0, -24] },
  };
}

function colourOf({ view: { palette }, alone }: Scene, at: number): string {
  return alone ? palette.colour("accent") : palette.series[at % palette.series.length]!;
}

function lineSeries(scene: Scene, line: Line, at: number): object {
  const { view, model } = scene;
  const colour = colourOf(scene, at);
  return {
    type: "line",
    name: line.name,
    symbolSize: 6,
    connectNulls: false,
    lineStyle: { color: colour, width: 2, type: DASHES[at % DASHES.length] },
    itemStyle: { color: colour },
    emphasis: { disabled: true },
    endLabel: { show: hasEndLabels(scene), formatter: line.name, color: view.palette.colour("text"), fontSize: view.palette.fontSize },
    data: line.points.map((point, index) => datum(scene, point, xOf(scene, model.steps[index]!, index), isAlone(line.points, index), colour)),
    z: 4,
  };
}

/** A point is drawn where a line cannot be (it stands alone), and hollow where it is poorly watched. */
function datum({ isTime, view }: Scene, point: Point | null, x: number, standsAlone: boolean, colour: string): object {
  const value = point?.cell.value ?? null;
  const poor = value !== null && isPoor(point!.cell.coverage);
  const hollow = { color: view.palette.colour("surface"), borderColor: colour, borderWidth: 2 };
  return { value: isTime ? [x, value] : value, symbol: poor || standsAlone ? "circle" : "none", ...(poor ? { itemStyle: hollow } : {}) };
}

function isAlone(points: readonly (Point | null)[], at: number): boolean {
  const isKnown = (index: number) => (points[index]?.cell.value ?? null) !== null;
  return isKnown(at) && !isKnown(at - 1) && !isKnown(at + 1);
}

function behind(scene: Scene): object[] {
  const { alone, view, model } = scene;
  if (!alone) return [];
  const grey = {
    type: "line",
    name: view.comparedWith || "year before",
    silent: true,
    symbol: "none",
    lineStyle: { color: view.palette.colour("comparison"), width: 2 },
    itemStyle: { color: view.palette.colour("comparison") },
    data: alone.points.map((point, at) => {
      const value = point?.cell.baseline ?? null;
      return scene.isTime ? [xOf(scene, model.steps[at]!, at), value] : value;
    }),
    z: 2,
  };
  return hasBaseline(alone) ? [band(scene, alone), grey] : [band(scene, alone)];
}

function hasBaseline(line: Line): boolean {
  return line.points.some((point) => point !== null && point.cell.baseline !== null);
}

interface Api {
  coord(values: readonly number[]): [number, number];
}

/** The band of the interval, a polygon for each run without a gap. */
function band(scene: Scene, line: Line): object {
  const { view, model } = scene;
  const runs = runsWithInterval(line.points);
  return {
    type: "custom",
    silent: true,
    tooltip: { show: false },
    data: runs.map((run) => [xOf(scene, model.steps[run[0]!]!, run[0]!), line.points[run[0]!]!.cell.low]),
    renderItem: ({ dataIndex }: { dataIndex: number }, api: Api) => {
      const side = (part: "low" | "high") => runs[dataIndex]!.map((at) => api.coord([xOf(scene, model.steps[at]!, at), line.points[at]!.cell[part]!]));
      return { type: "polygon", shape: { points: [...side("high"), ...side("low").reverse()] }, style: { fill: view.palette.colour("accent"), opacity: 0.18 } };
    },
    z: 1,
  };
}

function targetSeries(scene: Scene): object[] {
  const { target, unit, view, model } = scene;
  if (target === null || model.steps.length === 0) return [];
  const style = { color: view.palette.colour("text"), fontSize: view.palette.fontSize };
  const ends = [0, model.steps.length - 1].map((at) => xOf(scene, model.steps[at]!, at));
  return [
    {
      type: "line",
      name: "target",
      silent: true,
      symbol: "none",
      lineStyle: { color: style.color, width: 1, type: [4, 3] },
      endLabel: { show: true, formatter: `target ${said(target, unit)}`, align: "right", verticalAlign: "bottom", distance: 0, offset: [0, -3], textBorderColor: view.palette.colour("surface"), textBorderWidth: 3, ...style },
      data: scene.isTime ? ends.map((x) => [x, target]) : model.steps.map(() => target),
      z: 3,
    },
  ];
}

function tipOf({ view, model }: Scene, given: unknown): HTMLElement | string {
  const [first] = given as { axisValue: number | string; dataIndex: number; seriesType: string }[];
  if (!first) return "";
  const kind = view.result.dimensions[0]!.kind;
  const at = model.steps.findIndex((step) => (typeof first.axisValue === "number" ? timeOf(step) === first.axisValue : shortLabel(step, kind) === first.axisValue));
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
  if (!alone) return hasEndLabels(scene) ? [] : model.lines.map((line, at) => ({ look: at % DASHES.length ? "dashed" : "line", colour: colourOf(scene, at), text: line.name }));
  if (hasBaseline(alone)) {
    signs.push({ look: "line", colour: palette.colour("accent"), text: alone.name });
    signs.push({ look: "line", colour: palette.colour("comparison"), text: `the ${view.comparedWith || "year before"}` });
  }
  if (alone.points.some((point) => point?.cell.low != null)) signs.push({ look: "band", colour: palette.colour("accent"), text: "95 % interval" });
  const points = model.lines.flatMap((line) => line.points);
  if (points.some((point) => point && point.cell.value !== null && isPoor(point.cell.coverage))) signs.push({ look: "hollow", colour: palette.colour("accent"), text: "poorly watched" });
  return signs;
}
