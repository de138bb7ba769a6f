/** What a line is drawn of: itself, its interval as a band, its comparison in grey behind; and the target. */
import type { Lines, Unit } from "../model/definition.ts";
import { isPoor } from "../model/findings.ts";
import { said } from "../model/format.ts";
import type { Value } from "../model/table.ts";
import { type Line, type LinesModel, type Point, runsWithInterval, timeOf } from "./lines_model.ts";
import type { View } from "./view.ts";

const LEAST_GAP_OF_ENDS = 0.08;
export const DASHES = ["solid", [6, 3], [2, 3]] as const;

/** What all lines of a chart share. */
export interface Scene {
  readonly view: View<Lines>;
  readonly model: LinesModel;
  readonly unit: Unit;
  readonly isTime: boolean;
  readonly target: number | null;
  /** A line alone has its interval and its comparison with it. */
  readonly alone: Line | null;
}

/** Names stand at the ends of several lines, where the ends are far enough apart. */
export function hasEndLabels({ alone, model }: Scene): boolean {
  if (alone) return false;
  const values = model.lines.flatMap(({ points }) => points.flatMap((point) => point?.cell.value ?? []));
  const span = values.reduce((a, b) => Math.max(a, b), 0) - values.reduce((a, b) => Math.min(a, b), 0) || 1;
  const ends = model.lines
    .map(({ points }) => points.findLast((point) => point && point.cell.value !== null)?.cell.value ?? 0)
    .sort((a, b) => a - b);
  return ends.every((end, at) => at === 0 || (end - ends[at - 1]!) / span > LEAST_GAP_OF_ENDS);
}

function xOf({ isTime }: Scene, step: Value, at: number): number {
  return isTime ? timeOf(step) : at;
}

/** Return the colour of a line. */
export function colourOf({ view: { palette }, alone }: Scene, at: number): string {
  return alone ? palette.colour("accent") : palette.series[at % palette.series.length]!;
}

/** Return a line with its points. */
export function lineSeries(scene: Scene, line: Line, at: number): object {
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
    endLabel: {
      show: hasEndLabels(scene),
      formatter: line.name,
      color: view.palette.colour("text"),
      fontSize: view.palette.fontSize,
    },
    data: line.points.map((point, index) =>
      datum(scene, point, xOf(scene, model.steps[index]!, index), isAlone(line.points, index), colour),
    ),
    z: 4,
  };
}

/** A point is drawn where a line cannot be (it stands alone), and hollow where it is poorly watched. */
function datum({ isTime, view }: Scene, point: Point | null, x: number, standsAlone: boolean, colour: string): object {
  const value = point?.cell.value ?? null;
  const poor = value !== null && isPoor(point!.cell.coverage);
  const hollow = { color: view.palette.colour("surface"), borderColor: colour, borderWidth: 2 };
  return {
    value: isTime ? [x, value] : value,
    symbol: poor || standsAlone ? "circle" : "none",
    ...(poor ? { itemStyle: hollow } : {}),
  };
}

function isAlone(points: readonly (Point | null)[], at: number): boolean {
  const isKnown = (index: number) => (points[index]?.cell.value ?? null) !== null;
  return isKnown(at) && !isKnown(at - 1) && !isKnown(at + 1);
}

/** Return what lies behind a line alone. */
export function behind(scene: Scene): object[] {
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

/** Whether a line has anything to be compared with. */
export function hasBaseline(line: Line): boolean {
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
      const side = (part: "low" | "high") =>
        runs[dataIndex]!.map((at) => api.coord([xOf(scene, model.steps[at]!, at), line.points[at]!.cell[part]!]));
      return {
        type: "polygon",
        shape: { points: [...side("high"), ...side("low").reverse()] },
        style: { fill: view.palette.colour("accent"), opacity: 0.18 },
      };
    },
    z: 1,
  };
}

/** Return the target as a line with its name; nothing where there is none. */
export function targetSeries(scene: Scene): object[] {
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
      endLabel: {
        show: true,
        formatter: `target ${said(target, unit)}`,
        align: "right",
        verticalAlign: "bottom",
        distance: 0,
        offset: [0, -3],
        textBorderColor: view.palette.colour("surface"),
        textBorderWidth: 3,
        ...style,
      },
      data: scene.isTime ? ends.map((x) => [x, target]) : model.steps.map(() => target),
      z: 3,
    },
  ];
}
