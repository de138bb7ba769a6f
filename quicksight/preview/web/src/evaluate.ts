/** A page's figures worked out by node: the same rules as in the browser, read from the same files. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import vm from "node:vm";

import { type Choice, COMPARISONS, followed } from "./model/choose.ts";
import { type Choices, type Definition, visualsOf } from "./model/definition.ts";
import { type FigureValue, namesOf, sentence } from "./model/headline.ts";
import { figureOf, plainRows, resultOf, type Scene } from "./model/result.ts";
import { stateOf } from "./model/state.ts";
import { Table, type TableJson } from "./model/table.ts";

/** What somebody asks for: an id or name, null for none; what is left out is the page's default. */
export interface Asked {
  readonly region?: string | null;
  readonly store?: string | null;
  readonly period?: string | null;
  readonly compare_with?: string;
}

/** Return what a page shows under a choice. Raises where a file of the site is missing or holds something else. */
export async function evaluatePage(folder: string, dashboard: string, asked: Asked): Promise<object> {
  const definition = definitionOf(join(folder, `${dashboard}.html`));
  const choices = received<Choices>(join(folder, "choices.js"), "choices")[0]!;
  const choice = choiceOf(asked, definition, choices);
  const scene: Scene = { definition, choices, load: loader(folder) };
  const visuals = visualsOf(definition).map(async (visual) => {
    const result = await resultOf(scene, visual, choice);
    return [visual.name, { state: result.state, message: result.message, rows: plainRows(result) }] as const;
  });
  const { compareWith: compare_with, region, store, period } = choice;
  return {
    choice: { region, store, period: period?.period_id ?? null, compare_with },
    headline: await headlineOf(scene, choice),
    visuals: Object.fromEntries(await Promise.all(visuals)),
  };
}

async function headlineOf(scene: Scene, choice: Choice): Promise<object> {
  const { headline, data_sets } = scene.definition;
  const worked = Object.entries(headline.figures).map(async ([name, figure]): Promise<[string, FigureValue]> => [
    name,
    { measure: data_sets[figure.data_set]!.measures[figure.measure]!, cell: await figureOf(scene, figure, choice) },
  ]);
  const figures = Object.fromEntries(await Promise.all(worked));
  const pieces = sentence(headline.text, figures, namesOf(followed(choice, scene.definition), scene.choices));
  return {
    text: pieces?.map(({ text }) => text).join("") ?? null,
    figures: Object.fromEntries(Object.entries(figures).map(([name, { cell }]) => [name, cell])),
  };
}

function choiceOf(asked: Asked, definition: Definition, choices: Choices): Choice {
  const usual = stateOf("", definition, choices).choice;
  const given = <Name extends keyof Asked>(name: Name) => (name in asked ? (asked[name] ?? null) : undefined);
  const period = given("period");
  return {
    region: given("region") ?? null,
    store: given("store") === undefined ? usual.store : (given("store") ?? null),
    period: period === undefined ? usual.period : (choices.periods.find((each) => each.period_id === period) ?? null),
    compareWith: asked.compare_with ?? COMPARISONS[0],
  };
}

function definitionOf(path: string): Definition {
  const match = readFileSync(path, "utf8").match(/<script type="application\/json" id="definition">(.*?)<\/script>/s);
  if (!match)
    throw new Error(`Expected ${path} to hold the definition of a dashboard, came none: run make dashboards again.`);
  return JSON.parse(match[1]!) as Definition;
}

function loader(folder: string): Scene["load"] {
  const tables = new Map<string, Table>();
  return async (dataSet, store) => {
    const name = encodeURIComponent(dataSet);
    const path = join(folder, "data", store === null ? `${name}.js` : join(name, `${encodeURIComponent(store)}.js`));
    if (!tables.has(path)) tables.set(path, new Table(received<TableJson>(path, "rows")[2] as TableJson));
    return tables.get(path)!;
  };
}

/** Return what a script of data hands over; it runs by itself, with nothing else in reach. */
function received<First>(path: string, what: string): readonly [First, ...unknown[]] {
  let handed: unknown[] = [];
  const storeTraffic = { [what]: (...values: unknown[]) => void (handed = values) };
  vm.runInNewContext(readFileSync(path, "utf8"), { storeTraffic });
  return handed as [First, ...unknown[]];
}
