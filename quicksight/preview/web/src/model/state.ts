/** What is chosen, as it stands in the address: so the back button works and a link shows the same. */
import { type Choice, COMPARISONS, type Step } from "./choose.ts";
import { type Choices, type Definition, KINDS_IN_ORDER, type Period, type Visual, visualsOf } from "./definition.ts";

export interface State {
  readonly choice: Choice;
  /** How deep a reader went, by visual. */
  readonly paths: Readonly<Record<string, readonly Step[]>>;
}
const PATH = "at.";

/** Return the state that an address names; what it does not name, or names and is not there, is the default. */
export function stateOf(hash: string, definition: Definition, choices: Choices): State {
  const given = new URLSearchParams(hash.replace(/^#/, ""));
  const named = choices.stores.find((store) => store.store_id === given.get("store"));
  const only = choices.stores.length === 1 ? choices.stores[0] : undefined;
  const region = choices.regions.find((each) => each === given.get("region")) ?? null;
  const store = named && (region === null || named.region === region) ? named : only;
  const choice = {
    region,
    store: store?.store_id ?? null,
    period: periodOf(given, definition, choices),
    compareWith: COMPARISONS.find((each) => each === given.get("compare")) ?? COMPARISONS[0],
  };
  return { choice, paths: Object.fromEntries(visualsOf(definition).flatMap((visual) => pathOf(visual, given))) };
}

/** Return the address of a state: only what differs from the default. */
export function hashOf({ choice, paths }: State, definition: Definition, choices: Choices): string {
  const normal = stateOf("", definition, choices).choice;
  const out = new URLSearchParams();
  if (choice.region !== null) out.set("region", choice.region);
  if (choice.store !== null && choice.store !== normal.store) out.set("store", choice.store);
  if (choice.period && choice.period.period_id !== normal.period?.period_id) out.set("period", choice.period.period_id);
  if (choice.compareWith !== normal.compareWith) out.set("compare", choice.compareWith);
  for (const [visual, path] of Object.entries(paths)) {
    if (path.length) out.set(PATH + visual, path.map(({ value }) => encodeURIComponent(value ?? "")).join("/"));
  }
  return out.toString();
}

function pathOf(visual: Visual, given: URLSearchParams): [string, Step[]][] {
  const named = given.get(PATH + visual.name);
  if (!named || !("drill" in visual)) return [];
  const columns = [visual.by, ...visual.drill].map(({ column }) => column);
  const values = named.split("/").slice(0, visual.drill.length).map(decodeURIComponent);
  return [[visual.name, values.map((value, at) => ({ column: columns[at]!, value: value || null }))]];
}

function periodOf(given: URLSearchParams, definition: Definition, choices: Choices): Period | null {
  const known = choices.periods.find((period) => period.period_id === given.get("period"));
  return (
    known ??
    latestOf(definition.period_kind, choices) ??
    periodKinds(definition, choices).map((kind) => latestOf(kind, choices))[0] ??
    null
  );
}

/** Return the latest period of a kind. */
export function latestOf(kind: string, choices: Choices): Period | null {
  const periods = choices.periods.filter((period) => period.period_kind === kind);
  return periods.reduce<Period | null>(
    (latest, period) => (!latest || period.end_date > latest.end_date ? period : latest),
    null,
  );
}

/** Return the kinds of periods that can be chosen: those of the lake that some data set of the dashboard keeps. */
export function periodKinds(definition: Definition, choices: Choices): string[] {
  const kept = new Set(Object.values(definition.data_sets).flatMap((dataSet) => dataSet.period_kinds));
  const there = new Set(choices.periods.map((period) => period.period_kind));
  return KINDS_IN_ORDER.filter((kind) => there.has(kind) && (kept.size === 0 || kept.has(kind)));
}
