/** Where customers stood, as cells of a camera's picture, with the zones and their shares over it. */
import type { FloorHeat, Zone } from "../model/definition.ts";
import type { Group } from "../model/evaluate.ts";
import { said, share } from "../model/format.ts";
import { drawn, element } from "../page/dom.ts";
import { mixed } from "../page/theme.ts";
import { legend } from "./plot.ts";
import { type Drawing, STILL, type View } from "./view.ts";

const MOST_CAMERAS = 6;
const UNIT = 100;
const LOW = 9;
const RATIO = 9 / 16;

interface Floor {
  readonly camera: string;
  readonly cells: readonly { x: number; y: number; value: number }[];
  readonly width: number;
  readonly height: number;
  readonly sum: number;
  readonly zones: readonly Zone[];
}

/** Draw a plan for each camera into `host`. */
export function drawFloorHeat(host: HTMLElement, view: View<FloorHeat>): Drawing {
  const floors = floorsOf(view);
  const measure = view.result.measures[view.visual.measure]!;
  const surface = view.palette.colour("surface");
  const signs = legend([
    { look: "bar", colour: mixed(view.palette.colour("accent"), surface, 0.15), text: "least" },
    { look: "bar", colour: view.palette.colour("accent"), text: `most ${measure.title.toLowerCase()}` },
  ]);
  host.append(
    signs!,
    element("div", { class: "floors" }, ...floors.slice(0, MOST_CAMERAS).map((floor) => plan(floor, view))),
  );
  return floors.length > MOST_CAMERAS
    ? { ...STILL, notes: [`${MOST_CAMERAS} of ${floors.length} cameras are shown; the table has all.`] }
    : STILL;
}

function floorsOf({ visual, result, choices, choice }: View<FloorHeat>): Floor[] {
  const groups = new Map<string, Group[]>();
  for (const group of result.groups) {
    const camera = String(group.by[0] ?? "");
    groups.set(camera, [...(groups.get(camera) ?? []), group]);
  }
  const sizes = ["grid_w", "grid_h"].map((name) => (result.table?.has(name) ? result.table.column(name) : null));
  const floors = [...groups].map(([camera, own]): Floor => {
    const cells = own.map((group) => ({
      x: Number(group.by[1]),
      y: Number(group.by[2]),
      value: group.cells[visual.measure]!.value ?? 0,
    }));
    const [width, height] = sizes.map(
      (size, axis) =>
        Number(size?.at(own[0]!.firstRow) ?? 0) || 1 + Math.max(...cells.map((cell) => (axis ? cell.y : cell.x))),
    );
    const known = choices.cameras?.find(
      (each) => each.camera_id === camera && (choice.store === null || each.store_id === choice.store),
    );
    return {
      camera,
      cells,
      width: width!,
      height: height!,
      sum: cells.reduce((sum, { value }) => sum + value, 0),
      zones: known?.zones ?? [],
    };
  });
  return floors.sort((one, other) => other.sum - one.sum);
}

function plan(floor: Floor, view: View<FloorHeat>): HTMLElement {
  const shares = floor.zones.map((zone) => ({ zone, share: floor.sum ? sumIn(zone, floor) / floor.sum : 0 }));
  const top = [...shares].sort((one, other) => other.share - one.share)[0];
  const words = top
    ? `Most of the time in ${top.zone.name}: ${share(top.share)}.`
    : `${said(floor.sum, view.result.measures[view.visual.measure]!.unit)} in all.`;
  const height = UNIT * RATIO;
  const svg = drawn(
    "svg",
    {
      viewBox: `0 0 ${UNIT} ${height}`,
      role: "img",
      "aria-label": `${view.visual.title}, camera ${floor.camera}. ${words}`,
    },
    ...cellsOf(floor, view),
    ...shares.flatMap((each) => outline(each.zone, each.share)),
  );
  return element(
    "figure",
    {},
    element("figcaption", {}, element("strong", {}, `Camera ${floor.camera}`), ` ${words}`),
    svg,
  );
}

function cellsOf({ cells, width, height }: Floor, { palette }: View<FloorHeat>): SVGElement[] {
  const most = Math.max(...cells.map(({ value }) => value)) || 1;
  const [wide, high] = [UNIT / width, (UNIT * RATIO) / height];
  return cells
    .filter(({ value }) => value > 0)
    .map(({ x, y, value }) =>
      drawn("rect", {
        x: x * wide,
        y: y * high,
        width: wide + 0.05,
        height: high + 0.05,
        fill: palette.colour("accent"),
        "fill-opacity": (0.08 + 0.92 * Math.sqrt(value / most)).toFixed(3),
      }),
    );
}

function outline(zone: Zone, part: number): SVGElement[] {
  if (zone.outline.length < 3) return [];
  const points = zone.outline.map(([x, y]) => [x * UNIT, y * UNIT * RATIO] as const);
  const [x, y] = [0, 1].map((axis) => points.reduce((sum, point) => sum + point[axis]!, 0) / points.length);
  const polygon = drawn("polygon", { class: "zone", points: points.map((point) => point.join(",")).join(" ") });
  const heights = points.map((point) => point[1]);
  if (Math.max(...heights) - Math.min(...heights) < LOW)
    return [polygon, drawn("text", { class: "zone-name", x: x!, y: y! + 1 }, `${zone.name} ${share(part)}`)];
  return [
    polygon,
    drawn("text", { class: "zone-name", x: x!, y: y! }, zone.name),
    drawn("text", { class: "zone-share", x: x!, y: y! + 3.5 }, share(part)),
  ];
}

function sumIn(zone: Zone, { cells, width, height }: Floor): number {
  return cells.reduce(
    (sum, { x, y, value }) => (isWithin((x + 0.5) / width, (y + 0.5) / height, zone.outline) ? sum + value : sum),
    0,
  );
}

/** Whether a point lies in a polygon: an odd number of its edges is crossed on the way out. */
export function isWithin(x: number, y: number, outline: Zone["outline"]): boolean {
  return outline.reduce((within, [startX, startY], at) => {
    const [endX, endY] = outline[(at + 1) % outline.length]!;
    const isCrossed = startY > y !== endY > y && x < ((endX - startX) * (y - startY)) / (endY - startY) + startX;
    return isCrossed ? !within : within;
  }, false);
}
