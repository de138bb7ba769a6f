import assert from "node:assert/strict";
import { test } from "node:test";

import { DEFINITION, sampleSite, tableOf } from "../dev/fixture.ts";
import { chosenRows, type Choice, followed, hasKind, NOTHING_CHOSEN, sourceOf, storeOf } from "../src/model/choose.ts";
import type { DataSet, Period } from "../src/model/definition.ts";
import { Table } from "../src/model/table.ts";

const NOVEMBER: Period = {
  period_id: "2026-11",
  period_kind: "month",
  start_date: "2026-11-01",
  end_date: "2026-11-30",
  baseline_start_date: null,
  baseline_end_date: null,
  is_latest: true,
};
const STORES: DataSet = DEFINITION.data_sets["store-period"]!;
const LEVELS: DataSet = DEFINITION.data_sets["season"]!;

function rows(
  table: Record<string, string | number | null>[],
  dataSet: DataSet,
  choice: Partial<Choice>,
  more: object = {},
): number[] {
  const nothing: Choice = { ...NOTHING_CHOSEN, compareWith: "" };
  return [...chosenRows(new Table(tableOf(table)), { dataSet, where: [], ...more }, { ...nothing, ...choice })];
}

test("region and store restrict rows that have them; with neither all remain", () => {
  const table = [
    { store_id: "a", region: "North" },
    { store_id: "b", region: "North" },
    { store_id: "c", region: "South" },
  ];
  assert.deepEqual(rows(table, STORES, {}), [0, 1, 2]);
  assert.deepEqual(rows(table, STORES, { region: "North" }), [0, 1]);
  assert.deepEqual(rows(table, STORES, { region: "North", store: "b" }), [1]);
});

test("a period restricts by its id where rows have one, else by the dates of the rows", () => {
  assert.deepEqual(rows([{ period_id: "2026-11" }, { period_id: "2026-10" }], STORES, { period: NOVEMBER }), [0]);
  const dated = { ...STORES, dated: "business_date" };
  const days = ["2026-10-31", "2026-11-01", "2026-11-30", "2026-12-01"].map((business_date) => ({ business_date }));
  assert.deepEqual(rows(days, dated, { period: NOVEMBER }), [1, 2]);
});

test("rows without periods and dates are of every period", () => {
  assert.deepEqual(rows([{ store_id: "a" }], STORES, { period: NOVEMBER }), [0]);
});

test("a comparison restricts rows that have one", () => {
  assert.deepEqual(
    rows([{ compare_with: "year before" }, { compare_with: "period before" }], STORES, {
      compareWith: "period before",
    }),
    [1],
  );
});

const PLACES = [
  { level: "chain", place: "chain", region: null },
  { level: "region", place: "North", region: "North" },
  { level: "store", place: "a", region: "North" },
  { level: "store", place: "c", region: "South" },
];

test("rows by level are those of the smallest place that holds what is chosen", () => {
  assert.deepEqual(rows(PLACES, LEVELS, {}), [0]);
  assert.deepEqual(rows(PLACES, LEVELS, { region: "North" }), [1]);
  assert.deepEqual(rows(PLACES, LEVELS, { region: "North", store: "a" }), [2]);
});

test("a visual that names levels itself is restricted by region, and among stores by store", () => {
  const where = [{ column: "level", values: ["store", "chain"] }];
  assert.deepEqual(rows(PLACES, LEVELS, {}, { where }), [0, 2, 3]);
  assert.deepEqual(rows(PLACES, LEVELS, { region: "South" }, { where }), [3]);
  assert.deepEqual(rows(PLACES, LEVELS, { store: "a" }, { where }), [0, 2]);
});

test("conditions hold for text, numbers and truth, and leave out what is not known", () => {
  const table = [
    { kind: "x", on: 1 },
    { kind: "y", on: 0 },
    { kind: null, on: null },
  ];
  assert.deepEqual(rows(table, STORES, {}, { where: [{ column: "kind", values: ["x", "z"] }] }), [0]);
  assert.deepEqual(rows(table, STORES, {}, { where: [{ column: "on", values: [true] }] }), [0]);
});

test("a step into a place without a name keeps the rows without one", () => {
  const table = [{ region: "North" }, { region: null }];
  assert.deepEqual(rows(table, STORES, {}, { path: [{ column: "region", value: null }] }), [1]);
});

test("what the dashboard has no control for, or the visual ignores, restricts nothing", () => {
  const choice: Choice = { region: "North", store: "a", period: NOVEMBER, compareWith: "year before" };
  assert.deepEqual(followed(choice, DEFINITION, ["store"]), { ...choice, store: null });
  assert.deepEqual(followed(choice, { ...DEFINITION, controls: ["region"] }), {
    region: "North",
    store: null,
    period: null,
    compareWith: "",
  });
});

test("rows kept store by store need a store, unless the overview has all that is grouped by and adds up", () => {
  const hours = DEFINITION.data_sets["store-hour"]!;
  assert.deepEqual(sourceOf(hours, ["iso_weekday", "hour_of_day"], ["wait"], null), { store: null });
  assert.deepEqual(sourceOf(hours, ["iso_weekday", "region"], ["wait"], "a"), { store: "a" });
  assert.ok("needsStore" in sourceOf(hours, ["lane_name"], ["wait"], null));
  const only = {
    ...hours,
    measures: { p90: { ...hours.measures["wait"]!, expression: { op: "only" as const, column: "p90" } } },
  };
  assert.ok("needsStore" in sourceOf(only, ["hour_of_day"], ["p90"], null));
  assert.ok("needsStore" in sourceOf({ ...hours, overview: [] }, ["region"], ["wait"], null));
});

test("whoever goes into a store needs its rows", () => {
  const { choices } = sampleSite(3);
  const path = [
    { column: "region", value: "North" },
    { column: "store_name", value: choices.stores[1]!.name },
  ];
  assert.equal(storeOf(NOTHING_CHOSEN, path, choices), choices.stores[1]!.store_id);
  assert.equal(storeOf({ ...NOTHING_CHOSEN, store: "x" }, path.slice(0, 1), choices), "x");
});

test("a data set tells whether it has rows for a kind of period", () => {
  assert.equal(hasKind(STORES, NOVEMBER), true);
  assert.equal(hasKind(STORES, { ...NOVEMBER, period_kind: "iso_week" }), false);
  assert.equal(hasKind({ ...STORES, period_kinds: [] }, { ...NOVEMBER, period_kind: "iso_week" }), true);
});

test("rows of a kind of period come from a file of their own, where a data set is kept so", () => {
  const periods = { ...DEFINITION.data_sets["store-hour"]!, by_store: false, by_kind: true };
  assert.deepEqual(sourceOf(periods, [], ["wait"], null, NOVEMBER), { store: "month" });
  assert.deepEqual(sourceOf(periods, [], ["wait"], null), { store: null });
});
