/** What a reader can choose: region, store, kind of period and period, comparison. */
import { type Choice, COMPARISONS } from "../model/choose.ts";
import type { Choices, Definition } from "../model/definition.ts";
import { KIND_NAMES, periodName } from "../model/format.ts";
import { latestOf, periodKinds } from "../model/state.ts";
import { button, element, newId } from "./dom.ts";

type Option = readonly [value: string, text: string];
const ALL = "";

/** Return the controls for what is chosen; `change` is told of what is chosen next, null for the defaults. */
export function controls(
  definition: Definition,
  choices: Choices,
  choice: Choice,
  change: (choice: Choice | null) => void,
): HTMLElement[] {
  const offers = (name: Definition["controls"][number]) => definition.controls.includes(name);
  const made: HTMLElement[] = [];
  if (offers("region") && choices.regions.length > 1) made.push(regionControl(choices, choice, change));
  if (offers("store")) made.push(storeControl(choices, choice, change));
  if (offers("period") && choices.periods.length) made.push(...periodControls(definition, choices, choice, change));
  if (offers("compare_with")) made.push(compareControl(choice, change));
  if (made.length) made.push(button("Reset", () => change(null), { class: "reset", "data-control": "reset" }));
  return made;
}

type Change = (choice: Choice) => void;

function regionControl(choices: Choices, choice: Choice, change: Change): HTMLElement {
  const options: Option[] = [[ALL, "All regions"], ...choices.regions.map((region): Option => [region, region])];
  return select("region", "Region", options, choice.region ?? ALL, (region) => {
    const keepsStore = choices.stores.some(
      (store) => store.store_id === choice.store && (!region || store.region === region),
    );
    change({ ...choice, region: region || null, store: keepsStore ? choice.store : null });
  });
}

function storeControl(choices: Choices, choice: Choice, change: Change): HTMLElement {
  const stores = choices.stores.filter((store) => choice.region === null || store.region === choice.region);
  const options = stores.map((store): Option => [store.store_id, store.name]);
  const all: Option[] = choices.stores.length > 1 ? [[ALL, `All stores (${stores.length})`]] : [];
  return select("store", "Store", [...all, ...options], choice.store ?? ALL, (store) =>
    change({ ...choice, store: store || null }),
  );
}

function periodControls(definition: Definition, choices: Choices, choice: Choice, change: Change): HTMLElement[] {
  const kinds = periodKinds(definition, choices);
  const kind = choice.period?.period_kind ?? kinds[0] ?? "";
  const periods = choices.periods
    .filter((period) => period.period_kind === kind)
    .sort((one, other) => (one.start_date < other.start_date ? 1 : -1));
  const kindOptions = kinds.map((each): Option => [each, KIND_NAMES[each] ?? each]);
  const changeKind = (next: string) => change({ ...choice, period: latestOf(next, choices) });
  const changePeriod = (id: string) =>
    change({ ...choice, period: choices.periods.find((period) => period.period_id === id) ?? null });
  return [
    select("period_kind", "Period by", kindOptions, kind, changeKind),
    select(
      "period",
      "Period",
      periods.map((period): Option => [period.period_id, capitalised(periodName(period))]),
      choice.period?.period_id ?? "",
      changePeriod,
    ),
  ];
}

function compareControl(choice: Choice, change: Change): HTMLElement {
  return select(
    "compare_with",
    "Compare with",
    COMPARISONS.map((each): Option => [each, `The ${each}`]),
    choice.compareWith,
    (compareWith) => change({ ...choice, compareWith }),
  );
}

function select(
  name: string,
  title: string,
  options: readonly Option[],
  value: string,
  does: (value: string) => void,
): HTMLElement {
  const id = newId("control");
  const made = element(
    "select",
    { id, "data-control": name },
    ...options.map(([each, text]) => element("option", { value: each, selected: each === value }, text)),
  );
  made.addEventListener("change", () => does(made.value));
  return element("div", { class: "control" }, element("label", { for: id }, title), made);
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
