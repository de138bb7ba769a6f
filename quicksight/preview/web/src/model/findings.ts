/** What a chart shows, in a sentence: for those who read first, and for those who cannot see it. */
import type { Dimension, Measure, Visual } from "./definition.ts";
import type { Group } from "./evaluate.ts";
import { inOrder, label, POOR_COVERAGE, said, share } from "./format.ts";
import type { Result } from "./result.ts";

/** Whether so little was watched that a figure must be taken with care. */
export function isPoor(coverage: number | null): boolean {
  return coverage !== null && coverage < POOR_COVERAGE;
}

/** Return the values that a group is of, in words. */
export function groupLabel(group: Group, dimensions: readonly Dimension[]): string {
  return dimensions
    .map((dimension, at) => label(group.by[at] ?? null, dimension.kind))
    .filter(Boolean)
    .join(", ");
}

/** Return the main finding of a visual; empty where one value, or several measures, allow none. */
export function finding(visual: Visual, result: Result): string {
  const [name, ...others] = Object.keys(result.measures);
  if (
    name === undefined ||
    result.state !== "shown" ||
    visual.kind === "kpi" ||
    visual.kind === "table" ||
    visual.kind === "floor_heat"
  )
    return "";
  if (visual.kind === "funnel") return funnelFinding(result);
  const shown = visual.kind === "store_map" ? visual.colour : name;
  if (others.length && visual.kind !== "store_map") return "";
  return visual.kind === "lines" && !visual.series ? courseFinding(result, shown) : rangeFinding(result, shown);
}

interface Found {
  readonly group: Group;
  readonly value: number;
}

function found(result: Result, name: string): Found[] {
  const all = result.groups.flatMap((group) => {
    const cell = group.cells[name]!;
    return cell.value === null || isPoor(cell.coverage) ? [] : [{ group, value: cell.value }];
  });
  return all.sort((one, other) => other.value - one.value);
}

function rangeFinding(result: Result, name: string): string {
  const values = found(result, name);
  const [high, low] = [values[0], values.at(-1)];
  if (!high || !low || high.value === low.value) return "";
  return `Highest: ${told(high, result, name)}. Lowest: ${told(low, result, name)}.`;
}

function courseFinding(result: Result, name: string): string {
  const values = found(result, name);
  const latest = [...values].sort((one, other) => inOrder(other.group.by[0] ?? null, one.group.by[0] ?? null))[0];
  const range = rangeFinding(result, name);
  const isTime = ["date", "week", "instant"].includes(result.dimensions[0]?.kind ?? "");
  return latest && range && isTime ? `${range} Latest: ${told(latest, result, name)}.` : range;
}

function funnelFinding({ groups, measures }: Result): string {
  const steps = Object.entries(measures).map(([name, measure]) => ({
    measure,
    value: groups[0]?.cells[name]?.value ?? null,
  }));
  const [first, last] = [steps[0], steps.at(-1)];
  if (!first?.value || last?.value === null || !last) return "";
  return `${last.measure.title}: ${said(last.value, last.measure.unit)}, ${share(last.value / first.value)} of the first step.`;
}

function told({ group, value }: Found, { dimensions, measures }: Result, name: string): string {
  return `${groupLabel(group, dimensions)} (${said(value, measures[name]!.unit)})`;
}

/** Return how many figures are poorly watched, in words; empty where none is. */
export function poorNote(result: Result, name: string, kind: Visual["kind"]): string {
  const look = kind === "lines" ? "hollow" : kind === "store_map" ? "faded" : "hatched";
  const cells = result.groups.map((group) => group.cells[name]!).filter((cell) => cell.value !== null);
  const poor = cells.filter((cell) => isPoor(cell.coverage)).length;
  if (poor === 0) return "";
  const which = poor === cells.length ? "All of them were" : `${poor} of ${cells.length} were`;
  return `${which} watched less than ${share(POOR_COVERAGE)} of the open time (${look}): take with care.`;
}

/** Return what a figure's interval, coverage and count are, line by line, for a tooltip. */
export function details(group: Group, name: string, measure: Measure, comparedWith: string): [string, string][] {
  const cell = group.cells[name]!;
  const lines: [string, string][] = [[measure.title, said(cell.value, measure.unit)]];
  if (cell.low !== null && cell.high !== null)
    lines.push(["95 % interval", `${said(cell.low, measure.unit)} to ${said(cell.high, measure.unit)}`]);
  if (cell.baseline !== null) lines.push([`The ${comparedWith}`, said(cell.baseline, measure.unit)]);
  if (cell.coverage !== null)
    lines.push(["Watched", share(cell.coverage) + (isPoor(cell.coverage) ? ": take with care" : "")]);
  if (cell.people !== null) lines.push(["From", `${said(cell.people, "count")} people`]);
  if (group.flag) lines.push(["With care", group.flag]);
  return lines;
}
