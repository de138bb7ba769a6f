/** What a page holds: the definition of one dashboard, as `quicksight/preview` writes it. Nulls are JSON's. */

export type Unit = "count" | "decimal" | "share" | "change" | "points" | "seconds" | "hours" | "index";
export type Better = "higher" | "lower";
export type ControlName = "region" | "store" | "period" | "compare_with";
export type AggregateName = "sum" | "largest" | "smallest" | "distinct" | "median" | "only";

export interface Aggregate {
  readonly op: AggregateName;
  readonly column: string;
}
export interface Constant {
  readonly op: "number";
  readonly value: number;
}
export interface SquareRoot {
  readonly op: "sqrt";
  readonly of: Expression;
}
export interface Operation {
  readonly op: "+" | "-" | "*" | "/";
  readonly left: Expression;
  readonly right: Expression;
}
export type Expression = Aggregate | Constant | SquareRoot | Operation;

export interface Measure {
  readonly title: string;
  readonly unit: Unit;
  readonly doc: string;
  readonly better: Better | null;
  readonly target: number | null;
  readonly expression: Expression;
  readonly low: Expression | null;
  readonly high: Expression | null;
  readonly baseline: Expression | null;
  readonly coverage: Expression | null;
  readonly people: Expression | null;
}

export interface DataSet {
  readonly title: string;
  readonly owner: "store" | "level";
  readonly dated: string | null;
  readonly period_kinds: readonly string[];
  readonly by_store: boolean;
  /** Whether the rows of each kind of period are in a file of their own, named like a store's. */
  readonly by_kind?: boolean;
  readonly overview: readonly string[];
  readonly columns: readonly { readonly name: string; readonly doc?: string; readonly type?: string }[];
  readonly measures: Readonly<Record<string, Measure>>;
  readonly problem?: string | null;
}

export type DimensionKind = "name" | "number" | "date" | "week" | "instant" | "hour" | "weekday" | "month" | "flag";

export interface Dimension {
  readonly column: string;
  readonly title: string;
  readonly kind: DimensionKind;
}
export type Scalar = string | number | boolean;
export interface Where {
  readonly column: string;
  readonly values: readonly Scalar[];
}

interface Common {
  readonly name: string;
  readonly title: string;
  readonly data_set: string;
  readonly note: string;
  readonly where: readonly Where[];
  readonly ignores: readonly string[];
  readonly empty: string;
  readonly width: number;
  readonly problem?: string | null;
}
export interface Kpi extends Common {
  readonly kind: "kpi";
  readonly measure: string;
}
export interface Bars extends Common {
  readonly kind: "bars";
  readonly by: Dimension;
  readonly measures: readonly string[];
  readonly series: Dimension | null;
  readonly drill: readonly Dimension[];
  readonly limit: number | null;
  readonly order: "value" | "value_rising" | "name";
  readonly is_horizontal: boolean;
}
export interface Lines extends Common {
  readonly kind: "lines";
  readonly by: Dimension;
  readonly measures: readonly string[];
  readonly series: Dimension | null;
}
export interface HeatTable extends Common {
  readonly kind: "heat_table";
  readonly rows: Dimension;
  readonly columns: Dimension;
  readonly measure: string;
}
export interface PlainTable extends Common {
  readonly kind: "table";
  readonly by: readonly Dimension[];
  readonly measures: readonly string[];
  readonly order: string;
  readonly limit: number | null;
}
export interface StoreMap extends Common {
  readonly kind: "store_map";
  readonly by: Dimension;
  readonly latitude: string;
  readonly longitude: string;
  readonly size: string;
  readonly colour: string;
}
export interface Funnel extends Common {
  readonly kind: "funnel";
  readonly steps: readonly string[];
}
export interface FloorHeat extends Common {
  readonly kind: "floor_heat";
  readonly x: Dimension;
  readonly y: Dimension;
  readonly camera: Dimension;
  readonly measure: string;
}
export type Visual = Kpi | Bars | Lines | HeatTable | PlainTable | StoreMap | Funnel | FloorHeat;

export interface Sheet {
  readonly name: string;
  readonly title: string;
  readonly rows: readonly (readonly Visual[])[];
}
export interface Figure {
  readonly data_set: string;
  readonly measure: string;
  readonly where: readonly Where[];
}
export interface Definition {
  readonly name: string;
  readonly title: string;
  readonly question: string;
  readonly readers: string;
  readonly needs: string;
  readonly controls: readonly ControlName[];
  readonly period_kind: string;
  readonly is_paginated: boolean;
  readonly lake: { readonly name: string; readonly title: string; readonly note?: string };
  readonly lakes?: readonly { readonly name: string; readonly title: string }[];
  readonly dashboards: readonly { readonly name: string; readonly title: string }[];
  readonly headline: { readonly text: string; readonly figures: Readonly<Record<string, Figure>> };
  readonly data_sets: Readonly<Record<string, DataSet>>;
  readonly sheets: readonly Sheet[];
}

export interface Store {
  readonly store_id: string;
  readonly name: string;
  readonly region: string;
}
export interface Period {
  readonly period_id: string;
  readonly period_kind: string;
  readonly start_date: string;
  readonly end_date: string;
  readonly baseline_start_date: string | null;
  readonly baseline_end_date: string | null;
  readonly is_latest: boolean | number | null;
}
export interface Zone {
  readonly zone_id: string;
  readonly name: string;
  readonly outline: readonly (readonly [number, number])[];
}
export interface Camera {
  readonly store_id: string;
  readonly camera_id: string;
  readonly zones: readonly Zone[];
}
/** What a lake has to choose from. */
export interface Choices {
  readonly regions: readonly string[];
  readonly stores: readonly Store[];
  readonly periods: readonly Period[];
  readonly cameras?: readonly Camera[];
  readonly countries?: readonly string[];
  readonly made?: string;
}

export const KINDS_IN_ORDER = ["month", "quarter", "season", "year", "iso_week"];

/** Give the visuals of a dashboard in the order of reading. */
export function visualsOf(definition: Definition): Visual[] {
  return definition.sheets.flatMap((sheet) => sheet.rows.flat());
}

/** Return what a visual groups by before anybody drills down, outermost first. */
export function dimensionsOf(visual: Visual): readonly Dimension[] {
  switch (visual.kind) {
    case "kpi":
    case "funnel":
      return [];
    case "bars":
    case "lines":
      return visual.series ? [visual.by, visual.series] : [visual.by];
    case "heat_table":
      return [visual.rows, visual.columns];
    case "table":
      return visual.by;
    case "store_map":
      return [visual.by];
    case "floor_heat":
      return [visual.camera, visual.x, visual.y];
  }
}

/** Return the names of the measures that a visual shows, in its order, each once. */
export function measuresOf(visual: Visual): readonly string[] {
  switch (visual.kind) {
    case "kpi":
    case "heat_table":
    case "floor_heat":
      return [visual.measure];
    case "bars":
    case "lines":
    case "table":
      return visual.measures;
    case "store_map":
      return [...new Set([visual.size, visual.colour])];
    case "funnel":
      return visual.steps;
  }
}
