/** A circle for each place on outlines of its country; places without coordinates are named below. */
import type { EChartsCoreOption } from "echarts/core";
import type { Measure, StoreMap } from "../model/definition.ts";
import type { Group } from "../model/evaluate.ts";
import { details, finding, groupLabel, isPoor } from "../model/findings.ts";
import { said } from "../model/format.ts";
import { element } from "../page/dom.ts";
import { mixed, type Palette } from "../page/theme.ts";
import { base, legend, plot, type Sign, tip } from "./plot.ts";
import { type Drawing, STILL, type View } from "./view.ts";

const HEIGHT = 440;
const HEIGHT_ON_PAPER = 300;
const LOWEST = 240;
const FAR_APART = 40;
const MANY = 60;
const LARGEST_OF_MANY = 20;
const LARGEST = 30;
const SMALLEST = 7;
const NAMED = 12;

interface Place {
  readonly group: Group;
  readonly longitude: number;
  readonly latitude: number;
}

/** Draw a map into `host`; comes when the outlines have. */
export async function drawStoreMap(host: HTMLElement, view: View<StoreMap>): Promise<Drawing> {
  const { places, unplaced } = placesOf(view);
  const list = unplacedList(view, unplaced);
  if (places.length === 0) {
    host.append(
      element("p", { class: "state" }, "No place has coordinates: give latitude and longitude in the chain file."),
      ...list,
    );
    return STILL;
  }
  const countries = await view.countries();
  if (countries) globalThis.storeTrafficCharts!.registerMap("countries", countries as never);
  const signs = legend(signsOf(view, places));
  if (signs) host.append(signs);
  const height = heightFor(places, host.clientWidth, view.palette.isPaper ? HEIGHT_ON_PAPER : HEIGHT);
  const drawn = plot(
    host,
    height,
    `${view.visual.title}. ${finding(view.visual, view.result)} The table has all places.`,
    (width) => optionOf(view, places, countries !== null, [width - 16, height - 16]),
  );
  host.append(...list);
  const { west, east } = boundsOf(places);
  return east - west > FAR_APART ? { ...drawn, notes: ["Choose a region to look closer."] } : drawn;
}

function placesOf({ visual, result }: View<StoreMap>): { places: Place[]; unplaced: Group[] } {
  const [latitudes, longitudes] = [visual.latitude, visual.longitude].map((name) => result.table!.column(name));
  const places: Place[] = [];
  const unplaced: Group[] = [];
  for (const group of result.groups) {
    const [latitude, longitude] = [latitudes!.at(group.firstRow), longitudes!.at(group.firstRow)];
    if (typeof latitude === "number" && typeof longitude === "number") places.push({ group, latitude, longitude });
    else unplaced.push(group);
  }
  // The largest first: small circles lie on top and can be reached.
  return { places: places.sort((one, other) => sizeOf(other.group, visual) - sizeOf(one.group, visual)), unplaced };
}

function sizeOf(group: Group, visual: StoreMap): number {
  return Math.max(0, group.cells[visual.size]!.value ?? 0);
}

function unplacedList({ result }: View<StoreMap>, unplaced: readonly Group[]): HTMLElement[] {
  if (unplaced.length === 0) return [];
  const names = unplaced.map((group) => groupLabel(group, result.dimensions));
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : "";
  return [element("p", { class: "note" }, `Without coordinates: ${names.slice(0, NAMED).join(", ")}${more}.`)];
}

function optionOf(
  view: View<StoreMap>,
  places: readonly Place[],
  hasOutlines: boolean,
  room: readonly [number, number],
): EChartsCoreOption {
  const { palette } = view;
  const { west, east, south, north, narrowing } = boundsOf(places);
  const most = Math.max(...places.map(({ group }) => sizeOf(group, view.visual))) || 1;
  const outlines = {
    map: "countries",
    silent: true,
    roam: false,
    aspectScale: narrowing,
    boundingCoords: [
      [west, north],
      [east, south],
    ],
    layoutCenter: ["50%", "50%"],
    layoutSize: sizeWithin(((east - west) * narrowing) / (north - south), ...room),
    itemStyle: {
      areaColor: mixed(palette.colour("line"), palette.colour("surface"), 0.45),
      borderColor: palette.colour("surface"),
      borderWidth: 1,
    },
    emphasis: { disabled: true },
    label: { show: false },
  };
  const scale = (data: [number, number], name: string) => ({
    type: "value",
    show: false,
    min: data[0],
    max: data[1],
    name,
  });
  return {
    ...base(palette),
    ...(hasOutlines
      ? { geo: outlines }
      : {
          grid: { left: 8, right: 8, top: 8, bottom: 8 },
          xAxis: scale([west, east], ""),
          yAxis: scale([south, north], ""),
        }),
    series: [
      {
        type: "scatter",
        coordinateSystem: hasOutlines ? "geo" : "cartesian2d",
        data: places.map((place) => circle(view, place, most, places.length > MANY ? LARGEST_OF_MANY : LARGEST)),
        tooltip: { formatter: ({ dataIndex }: { dataIndex: number }) => tipOf(view, places[dataIndex]!.group) },
      },
    ],
  };
}

/** Places that lie far apart from east to west leave a low map on a narrow screen. */
function heightFor(places: readonly Place[], width: number, most: number): number {
  const { west, east, south, north, narrowing } = boundsOf(places);
  const fitting = ((width - 16) * (north - south)) / ((east - west) * narrowing) + 16;
  return Math.max(LOWEST, Math.min(most, fitting));
}

/** Return what of the earth is shown, and how much narrower a degree of longitude is than one of latitude there. */
function boundsOf(places: readonly Place[]): {
  west: number;
  east: number;
  south: number;
  north: number;
  narrowing: number;
} {
  const [west, east] = extent(places.map(({ longitude }) => longitude));
  const [south, north] = extent(places.map(({ latitude }) => latitude));
  return { west, east, south, north, narrowing: Math.cos((((north + south) / 2) * Math.PI) / 180) };
}

/** Return the longer side of the largest box of an aspect (width over height) that fits. */
function sizeWithin(aspect: number, width: number, height: number): number {
  return aspect > 1 ? Math.min(width, height * aspect) : Math.min(height, width / aspect);
}

/** Return the least and the greatest with room around them. */
function extent(values: readonly number[]): [number, number] {
  const [least, greatest] = [Math.min(...values), Math.max(...values)];
  const room = Math.max(0.3, (greatest - least) * 0.12);
  return [least - room, greatest + room];
}

function circle(view: View<StoreMap>, { group, longitude, latitude }: Place, most: number, largest: number): object {
  const { visual, palette, result } = view;
  const cell = group.cells[visual.colour]!;
  const poor = isPoor(group.cells[visual.size]!.coverage) || isPoor(cell.coverage);
  const size = SMALLEST + (largest - SMALLEST) * Math.sqrt(sizeOf(group, visual) / most);
  const colour = colourOf(cell.value, result.measures[visual.colour]!, palette);
  const sign = cell.value === null || size < 12 ? "" : cell.value > 0 ? "+" : cell.value < 0 ? "−" : "";
  return {
    value: [longitude, latitude],
    symbolSize: size,
    itemStyle: {
      color: colour,
      opacity: poor ? 0.4 : 0.85,
      borderColor: palette.colour("surface"),
      borderWidth: 1,
      borderType: poor ? "dashed" : "solid",
    },
    label: {
      show: sign !== "",
      formatter: sign,
      color: "#ffffff",
      fontSize: Math.min(18, size * 0.7),
      fontWeight: 600,
    },
  };
}

/** What grows and what shrinks are blue and vermilion, with a sign inside; any other figure is the accent. */
function colourOf(value: number | null, measure: Measure, palette: Palette): string {
  if (value === null) return palette.colour("comparison");
  if (measure.unit !== "change" && measure.unit !== "points") return palette.colour("accent");
  return value < 0 ? DARK_VERMILION : palette.colour("accent") === "#0b6199" ? "#0072b2" : "#2f86c1";
}
const DARK_VERMILION = "#c24e00";

function tipOf({ visual, result, comparedWith }: View<StoreMap>, group: Group): HTMLElement {
  const shown = [...new Set([visual.size, visual.colour])];
  const [first, ...others] = shown.map((name) =>
    details(group, name, result.measures[name]!, comparedWith || "year before"),
  );
  return tip(groupLabel(group, result.dimensions), [...others.flatMap((lines) => lines.slice(0, 1)), ...first!]);
}

function signsOf({ visual, result, palette }: View<StoreMap>, places: readonly Place[]): Sign[] {
  const { size, colour } = visual;
  const [sized, coloured] = [result.measures[size]!, result.measures[colour]!];
  const largest = said(places[0] ? sizeOf(places[0].group, visual) : null, sized.unit);
  const signs: Sign[] = [
    { look: "circle", colour: palette.colour("muted"), text: `${sized.title.toLowerCase()}, up to ${largest}` },
  ];
  if (coloured.unit !== "change" && coloured.unit !== "points") return signs;
  const isUnknown = places.some(({ group }) => group.cells[colour]!.value === null);
  signs.push(
    { look: "circle", colour: colourOf(1, coloured, palette), text: "+ more" },
    { look: "circle", colour: colourOf(-1, coloured, palette), text: "− fewer" },
  );
  return isUnknown
    ? [...signs, { look: "circle", colour: palette.colour("comparison"), text: "not comparable" }]
    : signs;
}
