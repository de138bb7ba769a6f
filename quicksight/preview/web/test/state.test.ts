import assert from "node:assert/strict";
import { test } from "node:test";

import { DEFINITION, sampleSite } from "../dev/fixture.ts";
import { hashOf, latestOf, periodKinds, stateOf } from "../src/model/state.ts";

const { choices } = sampleSite(8);
const read = (hash: string) => stateOf(hash, DEFINITION, choices);

test("without an address the latest period of the dashboard's kind is shown, of all stores, against the year before", () => {
  const { choice } = read("");
  assert.deepEqual(
    [choice.region, choice.store, choice.period?.period_id, choice.compareWith],
    [null, null, "2026-11", "year before"],
  );
});

test("an address is what was chosen, and leads back to it", () => {
  const hash = "region=North&store=store-001&period=2025-03&compare=period+before&at.drill=North%2FLeeds%25201";
  assert.equal(hashOf(read(hash), DEFINITION, choices), hash);
  assert.deepEqual(read(hash).paths, {
    drill: [
      { column: "region", value: "North" },
      { column: "store_name", value: "Leeds 1" },
    ],
  });
});

test("the address of the usual is empty", () => {
  assert.equal(hashOf(read("all"), DEFINITION, choices), "");
});

test("what an address names and is not there is the usual; so is a store of another region", () => {
  const { choice } = read("region=Nowhere&store=store-999&period=1999-01&compare=never");
  assert.deepEqual(
    [choice.region, choice.store, choice.period?.period_id, choice.compareWith],
    [null, null, "2026-11", "year before"],
  );
  assert.equal(read("region=North&store=store-002").choice.store, null);
});

test("the only store of a lake is chosen from the start", () => {
  const one = { ...choices, stores: choices.stores.slice(0, 1) };
  assert.equal(stateOf("", DEFINITION, one).choice.store, "store-001");
});

test("kinds of periods that nothing has are not offered", () => {
  assert.deepEqual(periodKinds(DEFINITION, choices), ["month"]);
  assert.equal(latestOf("quarter", choices), null);
});
