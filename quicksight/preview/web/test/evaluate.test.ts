import assert from "node:assert/strict";
import { test } from "node:test";

import { tableOf } from "../dev/fixture.ts";
import type { Expression, Measure } from "../src/model/definition.ts";
import { evaluateGroups } from "../src/model/evaluate.ts";
import { Table } from "../src/model/table.ts";

const ROWS = [
  { store: "a", region: "North", visitors: 10, wait: 3, share: null, is_suppressed: 0 },
  { store: "b", region: "North", visitors: null, wait: 5, share: 0.5, is_suppressed: 1 },
  { store: "b", region: "North", visitors: 4, wait: 1, share: null, is_suppressed: 0 },
  { store: "c", region: "South", visitors: null, wait: 0, share: 0.1, is_suppressed: 0 },
  { store: "c", region: null, visitors: -2, wait: 8, share: 0.2, is_suppressed: 0 },
];
const BY_REGION = [{ column: "region", title: "Region", kind: "name" as const }];
const over = (left: Expression, right: Expression): Expression => ({ op: "/", left, right });
const of = (op: "sum" | "largest" | "smallest" | "distinct" | "median" | "only", column: string): Expression => ({
  op,
  column,
});

function measure(expression: Expression, more: Partial<Measure> = {}): Measure {
  return {
    title: "",
    unit: "count",
    doc: "",
    better: null,
    target: null,
    expression,
    low: null,
    high: null,
    baseline: null,
    coverage: null,
    people: null,
    ...more,
  };
}

function values(expression: Expression): (number | null)[] {
  const table = new Table(tableOf(ROWS));
  return evaluateGroups(table, all(table), BY_REGION, { it: measure(expression) }).map(
    ({ cells }) => cells["it"]!.value,
  );
}

function all(table: Table): Uint32Array {
  return Uint32Array.from({ length: table.rowCount }, (_, row) => row);
}

test("a sum leaves out what is not known, and a sum of nothing is not known", () => {
  assert.deepEqual(values(of("sum", "visitors")), [14, null, -2]);
});

test("largest and smallest leave out what is not known", () => {
  assert.deepEqual(values(of("largest", "visitors")), [10, null, -2]);
  assert.deepEqual(values(of("smallest", "visitors")), [4, null, -2]);
});

test("distinct counts text and numbers, nothing for none", () => {
  assert.deepEqual(values(of("distinct", "store")), [2, 1, 1]);
  assert.deepEqual(values(of("distinct", "visitors")), [2, null, 1]);
});

test("a median of an even number of values is the mean of the two in the middle", () => {
  assert.deepEqual(values(of("median", "visitors")), [7, null, -2]);
  assert.deepEqual(values(of("median", "wait")), [3, 0, 8]);
});

test("what cannot be added up is known only where one row has a value", () => {
  assert.deepEqual(values(of("only", "share")), [0.5, 0.1, 0.2]);
  assert.deepEqual(values(of("only", "wait")), [null, 0, 8]);
});

test("a group in which such a figure met several rows says so", () => {
  const table = new Table(tableOf(ROWS));
  const groups = evaluateGroups(table, all(table), BY_REGION, { it: measure(of("only", "wait")) });
  assert.deepEqual(
    groups.map(({ hasSeveral }) => hasSeveral),
    [true, false, false],
  );
});

test("an operation with what is not known is not known, and so is a division by zero", () => {
  assert.deepEqual(values(over(of("sum", "visitors"), of("sum", "wait"))), [14 / 9, null, -0.25]);
  assert.deepEqual(values(over({ op: "number", value: 1 }, of("sum", "wait"))), [1 / 9, null, 1 / 8]);
});

test("a square root below zero is not known", () => {
  assert.deepEqual(values({ op: "sqrt", of: of("sum", "visitors") }), [Math.sqrt(14), null, null]);
});

test("rows without a value to group by are a group of their own", () => {
  const table = new Table(tableOf(ROWS));
  assert.deepEqual(
    evaluateGroups(table, all(table), BY_REGION, {}).map(({ by }) => by),
    [["North"], ["South"], [null]],
  );
});

test("a group knows whether figures of too few people were hidden in it", () => {
  const table = new Table(tableOf(ROWS));
  assert.deepEqual(
    evaluateGroups(table, all(table), BY_REGION, {}).map(({ isSuppressed }) => isSuppressed),
    [true, false, false],
  );
});

test("groups by several columns, numbers too, are told apart", () => {
  const table = new Table(
    tableOf([
      { day: 1, hour: 10, n: 1 },
      { day: 11, hour: 0, n: 2 },
      { day: 1, hour: 10, n: 4 },
    ]),
  );
  const by = [
    { column: "day", title: "", kind: "number" as const },
    { column: "hour", title: "", kind: "hour" as const },
  ];
  const groups = evaluateGroups(table, all(table), by, { n: measure(of("sum", "n")) });
  assert.deepEqual(
    groups.map((group) => [...group.by, group.cells["n"]!.value]),
    [
      [1, 10, 5],
      [11, 0, 2],
    ],
  );
});

test("no rows give no group, also where nothing is grouped by", () => {
  const table = new Table(tableOf([]));
  assert.deepEqual(evaluateGroups(table, all(table), [], {}), []);
});

test("a column that is not there is named with those that are", () => {
  assert.throws(
    () => new Table(tableOf(ROWS)).column("visitor"),
    /Expected a column visitor, came store, region, visitors/,
  );
});
