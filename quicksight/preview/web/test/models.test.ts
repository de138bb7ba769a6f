import assert from "node:assert/strict";
import { test } from "node:test";

import { DEFINITION, tableOf } from "../dev/fixture.ts";
import { NOTHING_CHOSEN } from "../src/model/choose.ts";
import type { Bars, DimensionKind, Lines } from "../src/model/definition.ts";
import { visualsOf } from "../src/model/definition.ts";
import { resultOf, type Result } from "../src/model/result.ts";
import { Table, type Value } from "../src/model/table.ts";
import { barsModel } from "../src/visuals/bars_model.ts";
import { isWithin } from "../src/visuals/floor_heat.ts";
import { linesModel, runsWithInterval, stepsOf } from "../src/visuals/lines_model.ts";
import { hatching } from "../src/visuals/plot.ts";

const BARS = visualsOf(DEFINITION).find(({ name }) => name === "drill") as Bars;
const NO_CHOICES = { regions: [], stores: [], periods: [] };

function result(visual: Bars | Lines, rows: Record<string, Value>[]): Promise<Result> {
  const definition = { ...DEFINITION, controls: [] };
  const load = async () => new Table(tableOf(rows));
  return resultOf({ definition, choices: NO_CHOICES, load }, visual, NOTHING_CHOSEN);
}

async function order(visual: Bars, rows: Record<string, Value>[]): Promise<Value[]> {
  return barsModel(visual, await result(visual, rows)).categories.map(({ value }) => value);
}

const PEOPLE = [
  { region: "B", people: 5 },
  { region: "A", people: 9 },
  { region: "C", people: null },
  { region: "D", people: 7 },
];

test("bars fall by their figure, rise, or go by name; what has no figure is counted instead", async () => {
  assert.deepEqual(await order(BARS, PEOPLE), ["A", "D", "B"]);
  assert.deepEqual(await order({ ...BARS, order: "value_rising" }, PEOPLE), ["B", "D", "A"]);
  assert.deepEqual(await order({ ...BARS, order: "name" }, PEOPLE), ["A", "B", "D"]);
  assert.equal(barsModel(BARS, await result(BARS, PEOPLE)).withoutFigure, 1);
});

test("bars over hours stay in the order of the hours", async () => {
  const by = { column: "store_name", title: "Hour", kind: "hour" as const };
  const rows = [
    { store_name: 12, people: 1 },
    { store_name: 9, people: 8 },
  ];
  assert.deepEqual(await order({ ...BARS, by }, rows), [9, 12]);
});

test("a limit leaves the last out and counts them", async () => {
  const visual = { ...BARS, limit: 2 };
  const model = barsModel(visual, await result(visual, PEOPLE));
  assert.deepEqual([model.categories.length, model.leftOut], [2, 1]);
});

test("with a series bars stand side by side, and are ordered by what they add up to", async () => {
  const series = { column: "store_name", title: "Kind", kind: "name" as const };
  const rows = [
    { region: "A", store_name: "x", people: 5 },
    { region: "B", store_name: "x", people: 4 },
    { region: "B", store_name: "y", people: 4 },
  ];
  const visual = { ...BARS, series };
  const model = barsModel(visual, await result(visual, rows));
  assert.deepEqual(
    model.series.map(({ name }) => name),
    ["x", "y"],
  );
  assert.deepEqual(
    model.categories.map(({ value, bars }) => [value, ...bars.map((bar) => bar?.cell.value ?? null)]),
    [
      ["B", 4, 4],
      ["A", 5, null],
    ],
  );
});

test("days, weeks and hours without rows are steps too, so that they are gaps", () => {
  const steps = (values: Value[], kind: DimensionKind) => stepsOf(values, kind);
  assert.deepEqual(steps(["2026-02-27", "2026-03-02"], "date"), [
    "2026-02-27",
    "2026-02-28",
    "2026-03-01",
    "2026-03-02",
  ]);
  assert.deepEqual(steps(["2026-01-05", "2026-01-19"], "week"), ["2026-01-05", "2026-01-12", "2026-01-19"]);
  assert.deepEqual(steps([11, 8, null], "hour"), [8, 9, 10, 11]);
  assert.deepEqual(steps(["2026-09-21T10:00", "2026-09-21T10:30"], "instant"), [
    "2026-09-21T10:00",
    "2026-09-21T10:01",
    "2026-09-21T10:30",
  ]);
  assert.deepEqual(steps([], "date"), []);
});

test("a line has a gap where a day has no rows", async () => {
  const visual = visualsOf(DEFINITION).find(({ name }) => name === "days") as Lines;
  const seen = { hours_open: 1, hours_seen: 1, baseline_visitors: null };
  const rows = [
    { business_date: "2026-01-01", visitors: 3, ...seen },
    { business_date: "2026-01-03", visitors: 4, ...seen },
  ];
  const [line] = linesModel(visual, await result(visual, rows)).lines;
  assert.deepEqual(
    line!.points.map((point) => point?.cell.value ?? null),
    [3, null, 4],
  );
});

test("a band is drawn in runs, none over a gap", () => {
  const at = (low: number | null) => ({
    group: null as never,
    cell: { value: 1, low, high: low, baseline: null, coverage: null, people: null },
  });
  assert.deepEqual(runsWithInterval([at(1), at(2), null, at(null), at(3)]), [[0, 1], [4]]);
});

test("a point is in a zone if it lies within its outline", () => {
  const zone: [number, number][] = [
    [0.1, 0.1],
    [0.5, 0.1],
    [0.5, 0.5],
    [0.1, 0.5],
  ];
  assert.deepEqual(
    [isWithin(0.3, 0.3, zone), isWithin(0.6, 0.3, zone), isWithin(0.3, 0.05, zone)],
    [true, false, false],
  );
});

test("hatching stays within its rectangle", () => {
  const numbers = [...hatching(10, 20, 40, 12).matchAll(/[ML]([\d.]+) ([\d.]+)/g)].map(
    ([, x, y]) => [Number(x), Number(y)] as const,
  );
  assert.ok(numbers.length > 4);
  assert.ok(numbers.every(([x, y]) => x >= 10 && x <= 50 && y >= 20 && y <= 32));
});
