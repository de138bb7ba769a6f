/** A made-up chain and a dashboard with every kind of visual: for tests, and for looking at the page without a lake. */
import type {
  Choices,
  DataSet,
  Definition,
  Dimension,
  Expression,
  Measure,
  Period,
  Store,
} from "../src/model/definition.ts";
import type { TableJson, Value } from "../src/model/table.ts";

const SUM = (column: string): Expression => ({ op: "sum", column });
const ONLY = (column: string): Expression => ({ op: "only", column });
const OVER = (left: Expression, right: Expression): Expression => ({ op: "/", left, right });
const LESS_ONE = (left: Expression): Expression => ({ op: "-", left, right: { op: "number", value: 1 } });
const DIMENSION = (column: string, title: string, kind: Dimension["kind"] = "name"): Dimension => ({
  column,
  title,
  kind,
});

function measure(title: string, expression: Expression, unit: Measure["unit"], more: Partial<Measure> = {}): Measure {
  return {
    title,
    expression,
    unit,
    doc: title,
    better: null,
    target: null,
    low: null,
    high: null,
    baseline: null,
    coverage: null,
    people: null,
    ...more,
  };
}

const COVERAGE = OVER(SUM("hours_seen"), SUM("hours_open"));
const MEASURES: Record<string, Measure> = {
  visitors: measure("Visitors", SUM("visitors"), "count", {
    better: "higher",
    baseline: SUM("baseline_visitors"),
    coverage: COVERAGE,
    people: SUM("visitors"),
  }),
  change: measure("Change of visitors", LESS_ONE(OVER(SUM("visitors"), SUM("baseline_visitors"))), "change", {
    better: "higher",
    coverage: COVERAGE,
  }),
  wait: measure("Mean wait", OVER(SUM("wait_seconds"), SUM("served")), "seconds", {
    better: "lower",
    baseline: OVER(SUM("baseline_wait_seconds"), SUM("baseline_served")),
    coverage: COVERAGE,
    people: SUM("served"),
  }),
  service_level: measure("Service level", OVER(SUM("in_time"), SUM("served")), "share", {
    better: "higher",
    target: 0.9,
    coverage: COVERAGE,
    people: SUM("served"),
    low: { op: "-", left: OVER(SUM("in_time"), SUM("served")), right: { op: "number", value: 0.02 } },
    high: { op: "+", left: OVER(SUM("in_time"), SUM("served")), right: { op: "number", value: 0.02 } },
  }),
  served: measure("Served", SUM("served"), "count"),
  percentile: measure("Longest wait but one in ten", ONLY("wait_p90"), "seconds"),
};
const PERIOD_KINDS = ["month", "year"];

function dataSet(title: string, measures: Record<string, Measure>, more: Partial<DataSet> = {}): DataSet {
  return {
    title,
    owner: "store",
    dated: null,
    period_kinds: [],
    by_store: false,
    overview: [],
    columns: [],
    measures,
    problem: null,
    ...more,
  };
}

const COMMON = { note: "", where: [], ignores: [], empty: "", width: 6, problem: null };
const STORE = DIMENSION("store_name", "Store");
const HOUR = DIMENSION("hour_of_day", "Hour of the day", "hour");

export const DEFINITION: Definition = {
  name: "sample",
  title: "Sample",
  question: "Does every kind of visual show what it should?",
  readers: "Whoever changes the page",
  needs: "",
  controls: ["region", "store", "period", "compare_with"],
  period_kind: "month",
  is_paginated: false,
  lake: { name: "sample", title: "Made-up chain", note: "Made-up rows." },
  dashboards: [
    { name: "sample", title: "Sample" },
    { name: "weekly", title: "The week" },
  ],
  headline: {
    text: "{visitors} visitors in {period}, {visitors.change} on the {compare_with}; the mean wait was {wait}.",
    figures: {
      visitors: { data_set: "store-period", measure: "visitors", where: [] },
      wait: { data_set: "store-period", measure: "wait", where: [] },
    },
  },
  data_sets: {
    "store-period": dataSet("Stores by period", MEASURES, { period_kinds: PERIOD_KINDS }),
    day: dataSet(
      "Days",
      {
        visitors: MEASURES["visitors"]!,
        coverage: measure("Watched", COVERAGE, "share", { target: 0.95, better: "higher" }),
      },
      { dated: "business_date" },
    ),
    "store-hour": dataSet(
      "Hours of the week",
      { wait: { ...MEASURES["wait"]!, baseline: null }, service_level: MEASURES["service_level"]! },
      {
        period_kinds: PERIOD_KINDS,
        by_store: true,
        overview: ["iso_weekday", "hour_of_day"],
      },
    ),
    place: dataSet(
      "Aisles",
      { people: measure("People", SUM("people"), "count") },
      { period_kinds: PERIOD_KINDS, by_store: true, overview: ["store_id", "store_name"] },
    ),
    season: dataSet(
      "Like for like",
      {
        change: measure("Like for like", ONLY("change"), "change", {
          better: "higher",
          low: ONLY("change_low"),
          high: ONLY("change_high"),
        }),
      },
      {
        owner: "level",
        period_kinds: PERIOD_KINDS,
      },
    ),
    heat: dataSet(
      "Where customers stood",
      { person_hours: measure("Person-seconds", SUM("person_seconds"), "count") },
      { dated: "business_date" },
    ),
    lacking: dataSet(
      "A view that lost a column",
      { x: measure("X", SUM("x"), "count") },
      { problem: "sql/athena/x.sql has no column x: the nearest is y." },
    ),
  },
  sheets: [
    {
      name: "one",
      title: "Overview",
      rows: [
        [
          {
            ...COMMON,
            kind: "kpi",
            name: "visitors",
            title: "Visitors",
            data_set: "store-period",
            measure: "visitors",
            width: 3,
          },
          {
            ...COMMON,
            kind: "kpi",
            name: "wait",
            title: "Mean wait",
            data_set: "store-period",
            measure: "wait",
            width: 3,
          },
          {
            ...COMMON,
            kind: "kpi",
            name: "service",
            title: "Served within 3 minutes",
            data_set: "store-period",
            measure: "service_level",
            width: 3,
          },
          {
            ...COMMON,
            kind: "kpi",
            name: "change",
            title: "Change of visitors",
            data_set: "store-period",
            measure: "change",
            width: 3,
          },
        ],
        [
          {
            ...COMMON,
            kind: "lines",
            name: "days",
            title: "Visitors by day, and a year before",
            data_set: "day",
            by: DIMENSION("business_date", "Day", "date"),
            measures: ["visitors"],
            series: null,
            width: 12,
          },
        ],
        [
          {
            ...COMMON,
            kind: "bars",
            name: "stores",
            title: "Stores by visitors",
            data_set: "store-period",
            by: STORE,
            measures: ["visitors"],
            series: null,
            drill: [],
            limit: 10,
            order: "value",
            is_horizontal: true,
            ignores: ["store"],
          },
          {
            ...COMMON,
            kind: "store_map",
            name: "map",
            title: "Where stores grow and shrink",
            data_set: "store-period",
            by: STORE,
            latitude: "latitude",
            longitude: "longitude",
            size: "visitors",
            colour: "change",
            ignores: ["store"],
          },
        ],
        [
          {
            ...COMMON,
            kind: "bars",
            name: "losers",
            title: "Stores that lost most",
            data_set: "store-period",
            by: STORE,
            measures: ["change"],
            series: null,
            drill: [],
            limit: 10,
            order: "value_rising",
            is_horizontal: true,
            ignores: ["store"],
          },
          {
            ...COMMON,
            kind: "bars",
            name: "service-by-store",
            title: "Lowest service level",
            data_set: "store-period",
            by: STORE,
            measures: ["service_level"],
            series: null,
            drill: [],
            limit: 10,
            order: "value_rising",
            is_horizontal: true,
          },
        ],
        [
          {
            ...COMMON,
            kind: "heat_table",
            name: "week",
            title: "Service level by weekday and hour",
            data_set: "store-hour",
            rows: HOUR,
            columns: DIMENSION("iso_weekday", "Weekday", "weekday"),
            measure: "service_level",
            width: 12,
          },
        ],
      ],
    },
    {
      name: "two",
      title: "Detail",
      rows: [
        [
          {
            ...COMMON,
            kind: "bars",
            name: "drill",
            title: "People, from region to aisle",
            data_set: "place",
            by: DIMENSION("region", "Region"),
            drill: [STORE, DIMENSION("place_name", "Aisle")],
            measures: ["people"],
            series: null,
            limit: 20,
            order: "value",
            is_horizontal: true,
            ignores: ["store"],
          },
          {
            ...COMMON,
            kind: "funnel",
            name: "funnel",
            title: "From the door to the till",
            data_set: "store-period",
            steps: ["visitors", "served"],
          },
        ],
        [
          {
            ...COMMON,
            kind: "lines",
            name: "by-hour",
            title: "Service level by hour of the day",
            data_set: "store-hour",
            by: HOUR,
            measures: ["service_level"],
            series: null,
          },
          {
            ...COMMON,
            kind: "lines",
            name: "by-region",
            title: "Visitors by day and region",
            data_set: "day",
            by: DIMENSION("business_date", "Day", "date"),
            measures: ["visitors"],
            series: DIMENSION("region", "Region"),
          },
        ],
        [
          {
            ...COMMON,
            kind: "bars",
            name: "two-measures",
            title: "Served and visitors by kind",
            data_set: "store-period",
            by: DIMENSION("region", "Region"),
            measures: ["visitors", "served"],
            series: null,
            drill: [],
            limit: null,
            order: "name",
            is_horizontal: false,
          },
          {
            ...COMMON,
            kind: "bars",
            name: "lacking",
            title: "A view that lost a column",
            data_set: "lacking",
            by: STORE,
            measures: ["x"],
            series: null,
            drill: [],
            limit: null,
            order: "value",
            is_horizontal: true,
          },
        ],
        [
          {
            ...COMMON,
            kind: "floor_heat",
            name: "floor",
            title: "Where customers stood",
            data_set: "heat",
            x: DIMENSION("cell_x", "Across", "number"),
            y: DIMENSION("cell_y", "Down", "number"),
            camera: DIMENSION("camera_id", "Camera"),
            measure: "person_hours",
            width: 12,
          },
        ],
        [
          {
            ...COMMON,
            kind: "bars",
            name: "not-addable",
            title: "What cannot be added up",
            data_set: "store-period",
            by: DIMENSION("region", "Region"),
            measures: ["percentile"],
            series: null,
            drill: [],
            limit: null,
            order: "value",
            is_horizontal: true,
          },
          { ...COMMON, kind: "kpi", name: "season", title: "Like for like", data_set: "season", measure: "change" },
        ],
        [
          {
            ...COMMON,
            kind: "table",
            name: "table",
            title: "Every store",
            data_set: "store-period",
            by: [STORE, DIMENSION("region", "Region"), DIMENSION("flag", "Why with care", "flag")],
            measures: ["visitors", "change", "wait", "service_level"],
            order: "-visitors",
            limit: 500,
            width: 12,
          },
        ],
      ],
    },
  ],
};

const REGIONS = ["North", "South", "East", "West"];
const TOWNS = ["Leeds", "York", "Hull", "Derby", "Bath", "Truro", "Dover", "Luton", "Crewe", "Ely"];
const MONTHS = 24;
const ZONE = [
  {
    zone_id: "dairy",
    name: "Dairy",
    outline: [
      [0.1, 0.2],
      [0.45, 0.2],
      [0.45, 0.7],
      [0.1, 0.7],
    ] as [number, number][],
  },
];

export interface Site {
  readonly definition: Definition;
  readonly choices: Choices;
  /** By data set; by data set and store in `byStore`. */
  readonly tables: ReadonlyMap<string, TableJson>;
  readonly byStore: ReadonlyMap<string, ReadonlyMap<string, TableJson>>;
}
type Row = Record<string, Value>;

/** Return a made-up chain of so many stores; the same each time. */
export function sampleSite(storeCount: number): Site {
  const random = mulberry(7);
  const stores = Array.from({ length: storeCount }, (_, at): Store & Row => ({
    store_id: `store-${String(at + 1).padStart(3, "0")}`,
    name: `${TOWNS[at % TOWNS.length]} ${Math.floor(at / TOWNS.length) + 1}`,
    region: REGIONS[at % REGIONS.length]!,
    latitude: at % 9 === 8 ? null : 50.6 + 4.2 * random(),
    longitude: at % 9 === 8 ? null : -3.2 + 3.4 * random(),
  }));
  const periods = periodsOf();
  const storePeriod = periods.flatMap((period, at) =>
    stores.flatMap((store, number) => storePeriodRows(store, period, at, number, random)),
  );
  const hours = stores.flatMap((store) => hoursOf(store, periods.slice(-3), random));
  const places = stores.flatMap((store) => placesOf(store, periods.slice(-3), random));
  const choices: Choices = {
    regions: REGIONS,
    stores,
    periods,
    cameras: [{ store_id: "store-001", camera_id: "camera-1", zones: ZONE }],
  };
  const tables = new Map([
    ["store-period", tableOf(storePeriod)],
    ["day", tableOf(stores.flatMap((store) => daysOf(store, random)))],
    ["store-hour", tableOf(summed(hours, ["region", "period_id", "iso_weekday", "hour_of_day"]))],
    ["place", tableOf(summed(places, ["region", "period_id", "store_id", "store_name"]))],
    ["season", tableOf(seasonRows(periods, stores, random))],
    ["heat", tableOf(heatRows(random))],
    ["lacking", tableOf([])],
  ]);
  return {
    definition: DEFINITION,
    choices,
    tables,
    byStore: new Map([
      ["store-hour", splitByStore(hours)],
      ["place", splitByStore(places)],
    ]),
  };
}

function periodsOf(): Period[] {
  return Array.from({ length: MONTHS }, (_, at): Period => {
    const date = (month: number, day: number) => new Date(Date.UTC(2024, 11 + month, day)).toISOString().slice(0, 10);
    const id = date(at, 1).slice(0, 7);
    return {
      period_id: id,
      period_kind: "month",
      start_date: date(at, 1),
      end_date: date(at + 1, 0),
      baseline_start_date: date(at - 12, 1),
      baseline_end_date: date(at - 11, 0),
      is_latest: at === MONTHS - 1,
    };
  });
}

function storePeriodRows(store: Row, period: Period, at: number, number: number, random: () => number): Row[] {
  return ["year before", "period before"].map((compare_with) => {
    const visitors = Math.round(8000 + 9000 * random() + 2000 * Math.sin(at));
    const served = Math.round(visitors * 0.55);
    const isKnown = compare_with === "period before" ? at > 0 : at >= 12;
    const seen = number % 11 === 3 ? 180 : 285 + 15 * random();
    return {
      ...storeColumns(store),
      period_id: period.period_id,
      period_kind: "month",
      compare_with,
      latitude: store["latitude"]!,
      longitude: store["longitude"]!,
      hours_open: 300,
      hours_seen: Math.round(seen),
      visitors,
      baseline_visitors: isKnown ? Math.round(visitors * (0.9 + 0.25 * random())) : null,
      served,
      in_time: Math.round(served * (0.82 + 0.16 * random())),
      wait_seconds: Math.round(served * (60 + 120 * random())),
      baseline_served: isKnown ? served : null,
      baseline_wait_seconds: isKnown ? Math.round(served * (70 + 100 * random())) : null,
      wait_p90: 240,
      flag: number % 11 === 3 ? "unequal coverage" : null,
      is_suppressed: 0,
    };
  });
}

function storeColumns(store: Row): Row {
  return { store_id: store["store_id"]!, store_name: store["name"]!, region: store["region"]! };
}

function daysOf(store: Row, random: () => number): Row[] {
  return Array.from({ length: 730 }, (_, at): Row | null => {
    const date = new Date(Date.UTC(2024, 11, 1 + at));
    if (at > 690 && at < 695) return null;
    const visitors = Math.round(350 + 90 * Math.sin(at / 58) + (date.getUTCDay() === 6 ? 220 : 0) + 60 * random());
    return {
      ...storeColumns(store),
      business_date: date.toISOString().slice(0, 10),
      hours_open: 12,
      hours_seen: at > 715 && at < 720 ? 6 : 11.7,
      visitors,
      baseline_visitors: at >= 364 ? Math.round(visitors * 0.96 + 30 * random() - 10) : null,
    };
  }).filter((row) => row !== null);
}

function hoursOf(store: Row, periods: readonly Period[], random: () => number): Row[] {
  return periods.flatMap(({ period_id }) =>
    grid(7, 13).map(([weekday, hour]) => {
      const served = weekday === 6 && hour > 9 ? 0 : Math.round(80 + 60 * random());
      const late = hour > 7 && hour < 11 ? 0.25 : 0.06;
      return {
        ...storeColumns(store),
        period_id,
        iso_weekday: weekday + 1,
        hour_of_day: hour + 8,
        hours_open: 4,
        hours_seen: weekday === 2 ? 2 : 3.9,
        served,
        in_time: Math.round(served * (1 - late * random())),
        wait_seconds: Math.round(served * 90 * (1 + late)),
      };
    }),
  );
}

function placesOf(store: Row, periods: readonly Period[], random: () => number): Row[] {
  return periods.flatMap(({ period_id }) =>
    ["Dairy", "Bakery", "Wine"].map((place_name) => ({
      ...storeColumns(store),
      period_id,
      place_name,
      people: Math.round(900 * random()),
    })),
  );
}

function seasonRows(periods: readonly Period[], stores: readonly Row[], random: () => number): Row[] {
  const places = [
    ["chain", "chain", null],
    ...REGIONS.map((region) => ["region", region, region]),
    ...stores.map((store) => ["store", store["store_id"], store["region"]]),
  ] as [string, string, string | null][];
  return periods.flatMap(({ period_id }) =>
    places.map(([level, place, region]) => {
      const change = 0.1 * random() - 0.04;
      return { period_id, level, place, region, change, change_low: change - 0.01, change_high: change + 0.012 };
    }),
  );
}

function heatRows(random: () => number): Row[] {
  return grid(32, 18).map(([x, y]) => ({
    store_id: "store-001",
    store_name: "Leeds 1",
    region: "North",
    camera_id: "camera-1",
    business_date: "2026-11-05",
    cell_x: x,
    cell_y: y,
    grid_w: 32,
    grid_h: 18,
    person_seconds: Math.round(900 * random() * Math.exp(-((x - 9) ** 2 + (y - 8) ** 2) / 60)),
  }));
}

function grid(width: number, height: number): [number, number][] {
  return Array.from({ length: width * height }, (_, at) => [at % width, Math.floor(at / width)]);
}

function summed(rows: readonly Row[], by: readonly string[]): Row[] {
  const sums = new Map<string, Row>();
  for (const row of rows) {
    const key = JSON.stringify(by.map((name) => row[name]));
    const sum = sums.get(key) ?? Object.fromEntries(by.map((name) => [name, row[name]!]));
    for (const [name, value] of Object.entries(row))
      if (typeof value === "number" && !by.includes(name)) sum[name] = Number(sum[name] ?? 0) + value;
    sums.set(key, sum);
  }
  return [...sums.values()];
}

function splitByStore(rows: readonly Row[]): Map<string, TableJson> {
  const groups = Map.groupBy(rows, (row) => String(row["store_id"]));
  return new Map([...groups].map(([store, own]) => [store, tableOf(own)]));
}

/** Return rows as the page gets them: text coded, numbers as they are. */
export function tableOf(rows: readonly Row[]): TableJson {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const columns = names.map((name) => {
    const values = rows.map((row) => row[name] ?? null);
    if (!values.some((value) => typeof value === "string")) return [name, values as (number | null)[]] as const;
    const known = [...new Set(values.filter((value) => value !== null))] as string[];
    const places = new Map(known.map((value, at) => [value as Value, at]));
    return [name, { names: known, codes: values.map((value) => places.get(value) ?? -1) }] as const;
  });
  return { rows: rows.length, columns: Object.fromEntries(columns) };
}

/** Pseudo-random numbers of 0 to 1: "mulberry32", by Tommy Ettinger. */
function mulberry(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
