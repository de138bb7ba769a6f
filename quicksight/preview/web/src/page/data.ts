/** Rows and choices come as scripts that call `storeTraffic`: a page opened from a file may fetch nothing. */
import type { Choices } from "../model/definition.ts";
import type { Load } from "../model/result.ts";
import { Table, type TableJson } from "../model/table.ts";

export interface GeoJson {
  readonly type: "FeatureCollection";
  readonly features: readonly unknown[];
}
export interface Received {
  choices(choices: Choices): void;
  rows(dataSet: string, store: string | null, table: TableJson): void;
  countries(countries: GeoJson): void;
}

const tables = new Map<string, Table>();
const asked = new Map<string, Promise<void>>();
const received: { choices: Choices | null; countries: GeoJson | null } = { choices: null, countries: null };
const MOST_STORES_KEPT = 12;

/** What scripts of data call. */
export const receiver: Received = {
  choices: (choices) => void (received.choices = choices),
  rows: (dataSet, store, table) => void tables.set(keyOf(dataSet, store), new Table(table)),
  countries: (countries) => void (received.countries = countries),
};

/** Load a script once; rejects with what was expected where it does not come. */
export function loadScript(source: string): Promise<void> {
  const known = asked.get(source);
  if (known) return known;
  const loading = new Promise<void>((done, fail) => {
    const script = document.createElement("script");
    script.src = source;
    script.onload = () => done();
    script.onerror = () =>
      fail(
        new Error(`Expected the file ${decodeURIComponent(source)}, and it did not come: run make dashboards again.`),
      );
    document.head.append(script);
  });
  asked.set(source, loading);
  loading.catch(() => asked.delete(source));
  return loading;
}

/** Return the choices of the lake. */
export async function loadChoices(): Promise<Choices> {
  if (!received.choices) await loadScript("choices.js");
  if (!received.choices)
    throw new Error("Expected choices.js to name what can be chosen, came nothing: run make dashboards again.");
  return received.choices;
}

/** Return the outlines of countries; null where there are none. */
export async function loadCountries(assets: string): Promise<GeoJson | null> {
  if (!received.countries) await loadScript(`${assets}countries.js`).catch(() => undefined);
  return received.countries;
}

/** Return rows of a data set, from memory where they have come before. */
export const loadRows: Load = async (dataSet, store) => {
  const key = keyOf(dataSet, store);
  const known = tables.get(key);
  if (known) return known;
  await loadScript(sourceOf(dataSet, store));
  const table = tables.get(key);
  if (!table)
    throw new Error(`Expected rows of ${key} in ${sourceOf(dataSet, store)}, came none: run make dashboards again.`);
  forgetOldest(dataSet, store);
  return table;
};

/** Keep few stores of a data set in memory: a reader who walks through two hundred should not pay for all. */
function forgetOldest(dataSet: string, store: string | null): void {
  if (store === null) return;
  const stores = [...tables.keys()].filter((key) => key.startsWith(keyOf(dataSet, "")));
  for (const key of stores.slice(0, -MOST_STORES_KEPT)) {
    tables.delete(key);
    asked.delete(sourceOf(dataSet, key.slice(keyOf(dataSet, "").length)));
  }
}

function keyOf(dataSet: string, store: string | null): string {
  return store === null ? dataSet : `${dataSet}\n${store}`;
}

/** The name of a store's file is percent-coded, and so is that name in an address. */
export function sourceOf(dataSet: string, store: string | null): string {
  const folder = `data/${encodeURIComponent(dataSet)}`;
  return store === null ? `${folder}.js` : `${folder}/${encodeURIComponent(encodeURIComponent(store))}.js`;
}
