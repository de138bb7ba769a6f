/** What a visual has to show under a choice: its groups, or in words why there are none. */
import { type Choice, chosenRows, followed, hasKind, sourceOf, type Step, storeOf, whereColumns } from "./choose.ts";
import {
  type Choices,
  type DataSet,
  type Definition,
  type Dimension,
  dimensionsOf,
  type Figure,
  type Measure,
  measuresOf,
  type Visual,
} from "./definition.ts";
import { type Cell, evaluateGroups, type Group, PARTS } from "./evaluate.ts";
import { datesOf, day, KIND_NAMES, periodName } from "./format.ts";
import type { Table } from "./table.ts";

export type State =
  "shown" | "problem" | "no-period" | "wrong-kind" | "needs-store" | "empty" | "not-addable" | "suppressed";

export interface Result {
  readonly state: State;
  /** Why there is nothing, or nothing to compare with. */
  readonly message: string;
  readonly dimensions: readonly Dimension[];
  readonly measures: Readonly<Record<string, Measure>>;
  readonly groups: readonly Group[];
  /** In words why nothing is there to compare with; empty where something is, or nothing could be. */
  readonly noBaseline: string;
  readonly table: Table | null;
}

/** Gives the rows of a data set: all of them (or the overview), or those of one store. */
export type Load = (dataSet: string, store: string | null) => Promise<Table>;

/** What all visuals of a page have in common. */
export interface Scene {
  readonly definition: Definition;
  readonly choices: Choices;
  readonly load: Load;
}

/** Return what a visual has to show. `path` is how deep a reader went into it. */
export async function resultOf(
  scene: Scene,
  visual: Visual,
  choice: Choice,
  path: readonly Step[] = [],
): Promise<Result> {
  const asked = askedBy(scene, visual, choice, path);
  const nothing = reasonBefore(scene, asked);
  if (nothing) return without(asked, nothing.state, nothing.message);
  const source = sourceOf(asked.dataSet, asked.columns, measuresOf(visual), asked.store, asked.choice.period);
  if ("needsStore" in source)
    return without(asked, "needs-store", `Choose a store: ${lowerFirst(source.needsStore)} are kept store by store.`);
  const table = await scene.load(visual.data_set, source.store);
  return resultFrom(scene, asked, table);
}

/** A question of a visual, cut down to what it follows. */
interface AskedVisual {
  readonly visual: Visual;
  readonly dataSet: DataSet;
  readonly dimensions: readonly Dimension[];
  readonly columns: readonly string[];
  readonly measures: Readonly<Record<string, Measure>>;
  readonly choice: Choice;
  readonly path: readonly Step[];
  readonly store: string | null;
}

function askedBy(scene: Scene, visual: Visual, choice: Choice, path: readonly Step[]): AskedVisual {
  const dataSet = scene.definition.data_sets[visual.data_set]!;
  const own = followed(choice, scene.definition, visual.ignores);
  const dimensions = drilled(visual, path.length);
  const columns = [
    ...dimensions.map(({ column }) => column),
    ...whereColumns(visual),
    ...path.map(({ column }) => column),
  ];
  const measures = Object.fromEntries(measuresOf(visual).map((name) => [name, dataSet.measures[name]!]));
  return {
    visual,
    dataSet,
    dimensions,
    columns,
    measures,
    choice: own,
    path,
    store: storeOf(own, path, scene.choices),
  };
}

/** Return what a visual groups by so many steps down. */
export function drilled(visual: Visual, depth: number): readonly Dimension[] {
  const [by, ...series] = dimensionsOf(visual);
  if (depth === 0 || !("drill" in visual)) return dimensionsOf(visual);
  return [visual.drill[depth - 1] ?? by!, ...series];
}

function reasonBefore(
  scene: Scene,
  { visual, dataSet, choice }: AskedVisual,
): { state: State; message: string } | null {
  const problem = visual.problem ?? dataSet.problem;
  if (problem) return { state: "problem", message: problem };
  const needsPeriod = scene.definition.controls.includes("period") && !visual.ignores.includes("period");
  if (needsPeriod && !choice.period && dataSet.period_kinds.length)
    return { state: "no-period", message: noPeriod(scene) };
  if (visual.kind === "floor_heat" && choice.store === null && scene.choices.stores.length > 1) {
    return { state: "needs-store", message: "Choose a store: each camera sees a floor of its own." };
  }
  if (!hasKind(dataSet, choice.period)) return { state: "wrong-kind", message: otherKinds(dataSet, choice) };
  return null;
}

function noPeriod({ definition }: Scene): string {
  return `No period is over yet in this lake: months, quarters and seasons are told once they end. ${definition.needs}`.trim();
}

function otherKinds(dataSet: DataSet, choice: Choice): string {
  const kinds = dataSet.period_kinds.map((kind) => (KIND_NAMES[kind] ?? kind).toLowerCase());
  const [last, ...others] = [kinds.at(-1), ...kinds.slice(0, -1)];
  const kept = others.length ? `${others.join(", ")} and ${last}` : last;
  const asked = (KIND_NAMES[choice.period?.period_kind ?? ""] ?? "this kind").toLowerCase();
  return `Kept by ${kept}, not by ${asked}: choose another kind of period.`;
}

function resultFrom(scene: Scene, asked: AskedVisual, table: Table): Result {
  const { visual, dataSet, dimensions, measures, choice, path } = asked;
  const rows = chosenRows(table, { dataSet, where: visual.where, path }, choice);
  const groups = evaluateGroups(table, rows, dimensions, measures);
  const shown = { dimensions, measures, groups, table, noBaseline: noBaseline(scene, choice, groups, measures) };
  if (groups.length === 0) return { state: "empty", message: emptyText(scene, visual, choice), ...shown };
  if (groups.some((group) => Object.values(group.cells).some((cell) => cell.value !== null)))
    return { state: "shown", message: "", ...shown };
  return { ...reasonAfter(scene, asked, groups), ...shown };
}

function reasonAfter(
  scene: Scene,
  { visual, choice, measures }: AskedVisual,
  groups: readonly Group[],
): { state: State; message: string } {
  if (groups.some((group) => group.hasSeveral)) {
    return {
      state: "not-addable",
      message: `This cannot be added up over stores${choice.store === null ? ": choose a store." : "."}`,
    };
  }
  if (groups.some((group) => group.isSuppressed)) {
    return { state: "suppressed", message: "Hidden: figures of fewer than five people are not shown." };
  }
  const isChange = Object.values(measures).every(({ unit }) => unit === "change" || unit === "points");
  return {
    state: "empty",
    message: isChange ? whyNotComparable(scene.choices, choice, groups) : emptyText(scene, visual, choice),
  };
}

function whyNotComparable(choices: Choices, choice: Choice, groups: readonly Group[]): string {
  if (isBeforeAll(choices, choice)) return whyNoBaseline(choices, choice);
  const flags = [...new Set(groups.map((group) => group.flag).filter(Boolean))];
  return flags.length
    ? `Not comparable: ${flags.join(", ")}.`
    : `Not comparable with the ${choice.compareWith || "year before"}.`;
}

function emptyText({ definition }: Scene, visual: Visual, choice: Choice): string {
  const period = choice.period ? ` in ${periodName(choice.period)}` : "";
  return visual.empty || `Nothing was counted here${period}. ${definition.needs}`.trim();
}

/** Say why there is nothing to compare with, where a measure could be compared and no group is. */
function noBaseline(
  scene: Scene,
  choice: Choice,
  groups: readonly Group[],
  measures: Readonly<Record<string, Measure>>,
): string {
  const compared = Object.entries(measures).filter(([, measure]) => measure.baseline !== null);
  if (compared.length === 0 || groups.length === 0) return "";
  if (groups.some((group) => compared.some(([name]) => group.cells[name]!.baseline !== null))) return "";
  return whyNoBaseline(scene.choices, choice);
}

/** Say that there are no figures of what the period is compared with, and since when there are any. */
export function whyNoBaseline(choices: Choices, choice: Choice): string {
  const before = `No figures of the ${choice.compareWith || "year before"}`;
  const first = choices.periods.map((period) => period.start_date).sort()[0];
  const { period } = choice;
  if (!period || choice.compareWith === "period before")
    return first ? `${before}: the first whole period begins on ${day(first)}.` : `${before}.`;
  const dates = datesOf(period.baseline_start_date, period.baseline_end_date);
  return first && isBeforeAll(choices, choice)
    ? `${before} (${dates}): the first whole period begins on ${day(first)}.`
    : `${before} (${dates}): nothing was counted then.`;
}

/** Whether what is compared with lies before all periods that the lake has. */
function isBeforeAll(choices: Choices, { period, compareWith }: Choice): boolean {
  const start = compareWith === "period before" ? null : period?.baseline_start_date;
  return Boolean(start) && choices.periods.every((each) => each.start_date > start!);
}

function without(asked: AskedVisual, state: State, message: string): Result {
  return {
    state,
    message,
    dimensions: asked.dimensions,
    measures: asked.measures,
    groups: [],
    table: null,
    noBaseline: "",
  };
}

/** Return a figure of the headline, or null where nothing is known of it. */
export async function figureOf(scene: Scene, figure: Figure, choice: Choice): Promise<Cell | null> {
  const dataSet = scene.definition.data_sets[figure.data_set]!;
  const own = followed(choice, scene.definition);
  const source = sourceOf(
    dataSet,
    figure.where.map(({ column }) => column),
    [figure.measure],
    own.store,
    own.period,
  );
  if (dataSet.problem || "needsStore" in source || !hasKind(dataSet, own.period)) return null;
  if (!own.period && dataSet.period_kinds.length && scene.definition.controls.includes("period")) return null;
  const table = await scene.load(figure.data_set, source.store);
  const rows = chosenRows(table, { dataSet, where: figure.where }, own);
  const [group] = evaluateGroups(table, rows, [], { [figure.measure]: dataSet.measures[figure.measure]! });
  return group?.cells[figure.measure] ?? null;
}

/** Return a result as plain rows: the columns grouped by, and each measure with all it is shown with. */
export function plainRows({ dimensions, groups }: Result): Record<string, string | number | null>[] {
  return groups.map((group) => {
    const row: Record<string, string | number | null> = {};
    dimensions.forEach(({ column }, at) => (row[column] = group.by[at] ?? null));
    for (const [name, cell] of Object.entries(group.cells)) {
      for (const part of PARTS) row[part === "value" ? name : `${name}__${part}`] = cell[part];
    }
    return row;
  });
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
