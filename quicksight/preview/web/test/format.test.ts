import assert from "node:assert/strict";
import { test } from "node:test";

import {
  callStores,
  changeWords,
  duration,
  inOrder,
  interval,
  judged,
  label,
  onAxis,
  periodName,
  said,
  share,
} from "../src/model/format.ts";
import { scaleOf } from "../src/visuals/plot.ts";

const plain = (text: string) => text.replaceAll("\u202f", " ");

test("values have their unit; what is not known is no zero", () => {
  const words = [
    said(12345, "count"),
    said(null, "count"),
    said(2.25, "decimal"),
    said(0.876, "share"),
    said(1.004, "index"),
    said(1.5, "points"),
  ];
  assert.deepEqual(words.map(plain), ["12 345", "no data", "2.3", "88 %", "1.00", "+1.5 points"]);
});

test("changes have a sign, and nothing has none", () => {
  assert.deepEqual(
    [0.125, -0.5, 0.0001, -0.0001].map((value) => plain(said(value, "change"))),
    ["+12.5 %", "−50.0 %", "0.0 %", "0.0 %"],
  );
});

test("durations are m:ss, from an hour on h:mm:ss", () => {
  assert.deepEqual([59.5, 147.5, 3725, -90, 0].map(duration), ["1:00", "2:28", "1:02:05", "−1:30", "0:00"]);
});

test("less than everything is never told as all, nor more than nothing as none", () => {
  assert.deepEqual(
    [0.998, 1, 0.001, 0].map((value) => plain(share(value))),
    ["99 %", "100 %", "<1 %", "0 %"],
  );
});

test("changes in words", () => {
  assert.deepEqual(
    [0.04, -0.031, 0.347, 0, null].map((value) => plain(changeWords(value))),
    ["up 4 %", "down 3.1 %", "up 35 %", "unchanged", "not comparable"],
  );
});

test("an interval needs both of its ends", () => {
  assert.equal(plain(interval(0.82, 0.91, "share")), "82 % to 91 %");
  assert.equal(interval(0.82, null, "share"), "");
});

test("axes say values as shortly as can be", () => {
  assert.deepEqual(
    [
      onAxis(20000, "count"),
      onAxis(0.5, "decimal"),
      onAxis(0.925, "share"),
      onAxis(-0.05, "change"),
      onAxis(90, "seconds"),
    ].map(plain),
    ["20 000", "0.5", "92.5 %", "−5 %", "1:30"],
  );
});

test("values that rows are grouped by are told by their kind", () => {
  assert.deepEqual(
    [
      label("2026-01-05", "week"),
      label("2026-01-05", "date"),
      label("2026-09-21T10:05", "instant"),
      label(3, "weekday"),
      label(9, "hour"),
      label("queue_length", "name"),
      label(null, "flag"),
      label(null, "name"),
    ],
    ["week of 5 Jan 2026", "5 Jan 2026", "21 Sep 2026, 10:05", "Wednesday", "9:00", "queue length", "", "not given"],
  );
});

test("periods are named as people say them", () => {
  const period = (period_id: string, period_kind: string, start_date: string, end_date: string) =>
    periodName({
      period_id,
      period_kind,
      start_date,
      end_date,
      baseline_start_date: null,
      baseline_end_date: null,
      is_latest: false,
    });
  assert.equal(period("2026-11", "month", "2026-11-01", "2026-11-30"), "November 2026");
  assert.equal(period("2026-Q4", "quarter", "2026-10-01", "2026-12-31"), "October to December 2026");
  assert.equal(period("R2026-fall", "season", "2026-08-02", "2027-01-30"), "fall season 2026 (August to January)");
  assert.equal(period("2026-W05", "iso_week", "2026-01-26", "2026-02-01"), "week 5 of 2026");
  assert.equal(period("2026", "year", "2026-01-01", "2026-12-31"), "2026");
});

test("names with numbers are ordered as they are read, and none comes last", () => {
  assert.deepEqual(["10:00–15:00", null, "2:00–3:00", "0:30–1:00"].sort(inOrder), [
    "0:30–1:00",
    "2:00–3:00",
    "10:00–15:00",
    null,
  ]);
});

test("a difference is judged by which way is better, where somebody can say", () => {
  assert.deepEqual(
    [
      judged(1, { better: "higher" }),
      judged(1, { better: "lower" }),
      judged(1, { better: null }),
      judged(0, { better: "lower" }),
    ],
    ["better", "worse", "", ""],
  );
});

test("a scale holds all values in at most six steps of round numbers, time in halves of minutes", () => {
  assert.deepEqual(scaleOf("count", 0, 15090), [0, 20000, 5000]);
  assert.deepEqual(scaleOf("count", 0, 2), [0, 2, 1]);
  assert.deepEqual(scaleOf("count", 0, 9), [0, 10, 5]);
  assert.deepEqual(scaleOf("seconds", 0, 200), [0, 240, 60]);
  assert.deepEqual(scaleOf("share", 0.85, 0.99), [0.85, 1, 0.05]);
  assert.deepEqual(scaleOf("change", -0.12, 0.03), [-0.15, 0.05, 0.05]);
  assert.deepEqual(scaleOf("count", 0, 0)[1] > 0, true);
});

test("stores are called by their names, programs' names read as words, other names as they are", () => {
  callStores([{ store_id: "store-07", name: "Leeds 7" }]);
  assert.deepEqual(
    ["store-07", "autumn_sale-2024", "hazard.floor_change", "*", "High-street"].map((name) => label(name, "name")),
    ["Leeds 7", "autumn sale 2024", "hazard: floor change", "all", "High-street"],
  );
});

test("an interval whose ends would read the same is told finer", () => {
  assert.equal(plain(interval(0.0161, 0.0172, "share")), "1.6 % to 1.7 %");
});
