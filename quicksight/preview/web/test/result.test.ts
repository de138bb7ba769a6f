import assert from "node:assert/strict";
import { test } from "node:test";

import { type Site, sampleSite } from "../dev/fixture.ts";
import type { Choice, Step } from "../src/model/choose.ts";
import { visualsOf } from "../src/model/definition.ts";
import { finding } from "../src/model/findings.ts";
import { csvOf, gridColumns, sorted } from "../src/model/grid.ts";
import { plainRows, type Result, resultOf } from "../src/model/result.ts";
import { stateOf } from "../src/model/state.ts";
import { Table } from "../src/model/table.ts";

const SITE: Site = sampleSite(12);
const USUAL: Choice = stateOf("", SITE.definition, SITE.choices).choice;

function result(
  name: string,
  choice: Partial<Choice> = {},
  path: readonly Step[] = [],
  change: object = {},
): Promise<Result> {
  const visual = visualsOf(SITE.definition).find((each) => each.name === name)!;
  const load = async (dataSet: string, store: string | null) =>
    new Table((store === null ? SITE.tables.get(dataSet) : SITE.byStore.get(dataSet)?.get(store))!);
  return resultOf(
    { definition: SITE.definition, choices: SITE.choices, load },
    { ...visual, ...change },
    { ...USUAL, ...choice },
    path,
  );
}

test("a figure of the whole chain is that of all its rows, not a mean of its stores", async () => {
  const stores = plainRows(await result("stores"));
  const [all] = plainRows(await result("visitors"));
  assert.equal(
    all!["visitors"],
    stores.reduce((sum, row) => sum + Number(row["visitors"]), 0),
  );
});

test("a data set with a problem says it", async () => {
  const { state, message } = await result("lacking");
  assert.deepEqual([state, message], ["problem", "sql/athena/x.sql has no column x: the nearest is y."]);
});

test("a kind of period that is not kept is told with those that are", async () => {
  const period = { ...USUAL.period!, period_kind: "iso_week" };
  const { state, message } = await result("stores", { period });
  assert.deepEqual(
    [state, message],
    ["wrong-kind", "Kept by month and year, not by week: choose another kind of period."],
  );
});

test("without any period a visual that needs one says that none is over", async () => {
  assert.equal((await result("stores", { period: null })).state, "no-period");
});

test("rows kept store by store ask for a store where the overview does not have them", async () => {
  const by = { column: "place_name", title: "Aisle", kind: "name" };
  assert.equal((await result("drill", {}, [], { by })).state, "needs-store");
  assert.equal((await result("drill", { store: "store-001" }, [], { by, ignores: [] })).state, "shown");
});

test("going deeper groups by the next dimension within what was entered", async () => {
  const region = { column: "region", value: "North" };
  const stores = await result("drill", {}, [region]);
  assert.deepEqual(
    plainRows(stores).map((row) => row["store_name"]),
    ["Leeds 1", "Bath 1", "Crewe 1"],
  );
  const aisles = await result("drill", {}, [region, { column: "store_name", value: "Bath 1" }]);
  assert.deepEqual(
    plainRows(aisles).map((row) => row["place_name"]),
    ["Dairy", "Bakery", "Wine"],
  );
});

test("figures that cannot be added up ask for a store", async () => {
  assert.equal((await result("not-addable")).state, "not-addable");
  assert.equal((await result("not-addable", { store: "store-001" })).state, "shown");
});

test("a period without a year before says so, and since when there are figures", async () => {
  const period = SITE.choices.periods.find(({ period_id }) => period_id === "2025-03")!;
  const { state, noBaseline } = await result("visitors", { period });
  assert.equal(state, "shown");
  assert.equal(
    noBaseline,
    "No figures of the year before (1 Mar 2024 to 31 Mar 2024): the first whole period begins on 1 Dec 2024.",
  );
});

test("where no row is left the visual says what would fill it", async () => {
  const where = [{ column: "store_id", values: ["nowhere"] }];
  assert.deepEqual((await result("stores", {}, [], { where, empty: "Open a store." })).message, "Open a store.");
  assert.match((await result("stores", {}, [], { where })).message, /^Nothing was counted here in November 2026/);
});

test("a finding names the highest and the lowest, and leaves out what was poorly watched", async () => {
  const bars = await result("stores");
  const visual = visualsOf(SITE.definition).find(({ name }) => name === "stores")!;
  assert.match(finding(visual, bars), /^Highest: .+ \(.+\)\. Lowest: .+ \(.+\)\.$/);
  const poor = bars.groups.find((group) => group.flag === "unequal coverage")!;
  assert.ok(!finding(visual, bars).includes(String(poor.by[0])));
});

test("a table falls by a figure, and what has none comes last either way", async () => {
  const bars = await result("losers");
  const columns = gridColumns(bars, "year before", false);
  const groups = bars.groups.map((group, at) =>
    at ? group : { ...group, cells: { change: { ...group.cells["change"]!, value: null } } },
  );
  for (const order of ["change", "-change"]) {
    const values = sorted(groups, columns, order).map((group) => group.cells["change"]!.value);
    const known = values.slice(0, -1) as number[];
    assert.equal(values.at(-1), null);
    assert.deepEqual(
      known,
      [...known].sort((a, b) => (order === "change" ? a - b : b - a)),
    );
  }
});

test("CSV has raw numbers, quotes what it must, and no formula for a spreadsheet to run", async () => {
  const bars = await result("stores", { store: "store-001" }, [], { ignores: [] });
  const [group] = bars.groups;
  const csv = csvOf({ ...bars, groups: [{ ...group!, by: ['=1+1, "x"'] }] });
  assert.match(
    csv,
    /^store_name,visitors,visitors__baseline,visitors__coverage,visitors__people\r\n"'=1\+1, ""x""",\d+,/,
  );
});
