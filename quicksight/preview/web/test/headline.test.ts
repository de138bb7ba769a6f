import assert from "node:assert/strict";
import { test } from "node:test";

import { sampleSite } from "../dev/fixture.ts";
import { NOTHING_CHOSEN } from "../src/model/choose.ts";
import type { Measure } from "../src/model/definition.ts";
import type { Cell } from "../src/model/evaluate.ts";
import { namesOf, placeName, sentence } from "../src/model/headline.ts";

function figure(
  unit: Measure["unit"],
  value: number | null,
  baseline: number | null = null,
): { measure: Measure; cell: Cell | null } {
  const measure: Measure = {
    title: "",
    unit,
    doc: "",
    better: null,
    target: null,
    expression: { op: "number", value: 0 },
    low: null,
    high: null,
    baseline: null,
    coverage: null,
    people: null,
  };
  return { measure, cell: { value, low: null, high: null, baseline, coverage: null, people: null } };
}

function said(text: string, figures: Parameters<typeof sentence>[1]): string | null {
  const pieces = sentence(text, figures, { period: "November 2026", compare_with: "year before" });
  return (
    pieces &&
    pieces
      .map((piece) => piece.text)
      .join("")
      .replaceAll("\u202f", " ")
  );
}

test("figures stand with their unit, changes in words, names as chosen", () => {
  const figures = { visitors: figure("count", 12345), change: figure("change", 0.04) };
  assert.equal(
    said("{visitors} visitors in {period}, {change} on the {compare_with}.", figures),
    "12 345 visitors in November 2026, up 4 % on the year before.",
  );
});

test("a figure's change is told against what it is compared with", () => {
  assert.equal(
    said("Visitors were {visitors.change}.", { visitors: figure("count", 97, 100) }),
    "Visitors were down 3 %.",
  );
  assert.equal(
    said("Visitors were {visitors.change}.", { visitors: figure("count", 97) }),
    "Visitors were not comparable.",
  );
});

test("what is not known is told in words, beside what is", () => {
  const figures = { visitors: figure("count", null), wait: figure("seconds", 90) };
  assert.equal(said("{visitors} visitors waited {wait}.", figures), "An unknown number of visitors waited 1:30.");
});

test("a sentence of which no figure is known is left out, the others stand", () => {
  const figures = { visitors: figure("count", 5), wait: figure("seconds", null) };
  assert.equal(said("{visitors} came. {wait} was the wait. In {period}.", figures), "5 came.");
});

test("where no figure is known there is no sentence", () => {
  assert.equal(said("{visitors} visitors.", { visitors: { ...figure("count", null), cell: null } }), null);
});

test("the place is a store by its name, a region, or all stores with their number", () => {
  const { choices } = sampleSite(8);
  assert.equal(placeName(NOTHING_CHOSEN, choices), "All stores (8)");
  assert.equal(placeName({ ...NOTHING_CHOSEN, region: "North" }, choices), "North (2 stores)");
  assert.equal(placeName({ ...NOTHING_CHOSEN, store: "store-001" }, choices), "Leeds 1");
  assert.equal(namesOf(NOTHING_CHOSEN, choices)["store"], "all stores");
});
