/** Values as people read them: the same rules as `storeq/formats/words.py`. */
import type { Dimension, DimensionKind, Measure, Period, Unit } from "./definition.ts";
import type { Value } from "./table.ts";

export const THIN_SPACE = "\u202f";
export const NO_DATA = "no data";
export const POOR_COVERAGE = 0.8;
const MINUS = "−";
const WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];

/** Return a value with its unit; what is not known is no zero. */
export function said(value: number | null, unit: Unit): string {
  return value === null ? NO_DATA : SAID[unit](value);
}

const SAID: Readonly<Record<Unit, (value: number) => string>> = {
  count,
  decimal: (value) => signed(Math.abs(value) >= 100 ? 0 : 1, value),
  share,
  change: (value) => `${plus(value, 3)}${signed(1, 100 * value)}${THIN_SPACE}%`,
  points: (value) => `${plus(value, 1)}${signed(1, value)} points`,
  seconds: duration,
  hours: (value) => `${signed(value !== 0 && Math.abs(value) < 10 ? 1 : 0, value)}${THIN_SPACE}h`,
  index: (value) => signed(2, value),
};

/** Return a whole number with thin spaces between thousands. */
export function count(value: number): string {
  return signed(0, value);
}

/** Return m:ss, or h:mm:ss from an hour on. */
export function duration(value: number): string {
  const seconds = Math.round(Math.abs(value));
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const rest = String(seconds % 60).padStart(2, "0");
  const words = hours ? `${grouped(String(hours))}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
  return value < 0 && seconds > 0 ? MINUS + words : words;
}

/** Return a share in per cent; less than everything is never told as all, nor more than nothing as none. */
export function share(value: number): string {
  const percent = 100 * value;
  if (percent > 0 && percent < 0.5) return `<1${THIN_SPACE}%`;
  return `${signed(0, value >= 0 && value < 1 ? Math.min(percent, 99) : percent)}${THIN_SPACE}%`;
}

/** Return a change in words: "up 4 %", "down 0.5 %", "unchanged". */
export function changeWords(value: number | null): string {
  if (value === null) return "not comparable";
  const percent = Math.abs(100 * value);
  const digits = percent < 9.95 ? 1 : 0;
  const words = grouped(percent.toFixed(digits)).replace(/\.0$/, "");
  return words === "0" ? "unchanged" : `${value > 0 ? "up" : "down"} ${words}${THIN_SPACE}%`;
}

/** Return a value for an axis: as short as it can be. */
export function onAxis(value: number, unit: Unit): string {
  if (unit === "change") return `${plus(value, 3)}${trimmed(100 * value, 1)}${THIN_SPACE}%`;
  if (unit === "share") return `${trimmed(100 * value, 1)}${THIN_SPACE}%`;
  if (unit === "seconds" || unit === "hours") return said(value, unit);
  return trimmed(value, 2);
}

function trimmed(value: number, digits: number): string {
  return signed(digits, value)
    .replace(/(\.\d*?)0+$/, "$1")
    .replace(/\.$/, "");
}

function plus(value: number, digits: number): string {
  return Number(value.toFixed(digits)) > 0 ? "+" : "";
}

function signed(digits: number, value: number): string {
  const words = grouped(Math.abs(roundedTo(value, digits)).toFixed(digits));
  return value < 0 && /[1-9]/.test(words) ? MINUS + words : words;
}

function roundedTo(value: number, digits: number): number {
  const scale = 10 ** digits;
  return (Math.sign(value) * Math.round(Math.abs(value) * scale + 1e-9)) / scale;
}

function grouped(digits: string): string {
  const [whole = "", part] = digits.split(".");
  const spaced = whole.replace(/\B(?=(\d{3})+$)/g, THIN_SPACE);
  return part === undefined ? spaced : `${spaced}.${part}`;
}

/** Return an interval: "82 % to 91 %". Empty where it has not both ends. */
export function interval(low: number | null, high: number | null, unit: Unit): string {
  if (low === null || high === null) return "";
  const [from, to] = [said(low, unit), said(high, unit)];
  // Two ends that read the same tell nothing: a decimal more does.
  return unit === "share" && from === to && low !== high ? `${finer(low)} to ${finer(high)}` : `${from} to ${to}`;
}

function finer(value: number): string {
  return `${signed(1, 100 * value)}${THIN_SPACE}%`;
}

/** What people call that which rows know by an id: filled once, when it is known which stores there are. */
const spoken = new Map<string, string>([["*", "all"]]);

/** Let stores be called by their names wherever a row has an id. */
export function callStores(stores: readonly { readonly store_id: string; readonly name: string }[]): void {
  for (const { store_id, name } of stores) spoken.set(store_id, name);
}

/** Return a value that rows are grouped by, in words. */
export function label(value: Value, kind: DimensionKind): string {
  if (value === null) return kind === "flag" ? "" : kind === "number" ? "all" : "not given";
  return LABELS[kind](value);
}

const LABELS: Readonly<Record<DimensionKind, (value: string | number) => string>> = {
  name: (value) => asName(String(value)),
  number: (value) => String(value).replace("-", MINUS),
  date: (value) => day(String(value)),
  week: (value) => `week of ${day(String(value))}`,
  instant: (value) => instant(String(value)),
  hour: (value) => `${value}:00`,
  weekday: (value) => WEEKDAYS[Number(value) - 1] ?? String(value),
  month: (value) => MONTHS[Number(value) - 1] ?? String(value),
  flag: (value) => (typeof value === "number" ? (value ? "yes" : "no") : value),
};

/** Return a short form of a label for axes and the heads of narrow columns. */
export function shortLabel(value: Value, kind: DimensionKind): string {
  if (value !== null && (kind === "weekday" || kind === "month")) return label(value, kind).slice(0, 3);
  if (value !== null && kind === "hour") return String(value);
  if (value !== null && (kind === "date" || kind === "week")) return day(String(value)).replace(/ \d{4}$/, "");
  if (value !== null && kind === "instant") return String(value).slice(11, 16);
  return label(value, kind);
}

/** Names that only programs use read as words: "queue_length" as "queue length". */
function asName(text: string): string {
  return (
    spoken.get(text) ??
    (/^[a-z0-9.-]+(_[a-z0-9.-]+)+$/.test(text) ? text.replaceAll(/[_-]/g, " ").replaceAll(".", ": ") : text)
  );
}

/** Return a date as "5 Jan 2026". */
export function day(date: string): string {
  const [year, month, ofMonth] = date.slice(0, 10).split("-");
  return `${Number(ofMonth)} ${(MONTHS[Number(month) - 1] ?? "?").slice(0, 3)} ${year}`;
}

function instant(value: string): string {
  return value.length > 10 ? `${day(value)}, ${value.slice(11, 16)}` : day(value);
}

/** Return a period as people say it. */
export function periodName(period: Period): string {
  const { period_id: id, period_kind: kind, start_date: start, end_date: end } = period;
  const year = id.match(/\d{4}/)?.[0] ?? start.slice(0, 4);
  switch (kind) {
    case "month":
      return `${monthOf(start)} ${year}`;
    case "quarter":
      return `${monthOf(start)} to ${monthOf(end)} ${year}`;
    case "season":
      return `${id.split("-")[1] ?? "whole"} season ${year} (${seasonMonth(start)} to ${monthOf(end)})`;
    case "iso_week":
      return `week ${Number(id.split("-W")[1])} of ${year}`;
    case "year":
      return year;
    default:
      return `${day(start)} to ${day(end)}`;
  }
}

/** The month that most of the first days are of: retail seasons begin on a Sunday or so near the first. */
function seasonMonth(start: string): string {
  const late = new Date(`${start}T00:00Z`);
  late.setUTCDate(late.getUTCDate() + 7);
  return MONTHS[late.getUTCMonth()]!;
}

function monthOf(date: string): string {
  return MONTHS[Number(date.slice(5, 7)) - 1] ?? date;
}

/** Return the dates of what a period is compared with. */
export function datesOf(start: string | null, end: string | null): string {
  return start && end ? `${day(start)} to ${day(end)}` : "";
}

export const KIND_NAMES: Readonly<Record<string, string>> = {
  month: "Month",
  quarter: "Quarter",
  season: "Season",
  year: "Year",
  iso_week: "Week",
};

/** Return whether a difference is for the better or the worse; empty where that is nobody's to say, or nothing differs. */
export function judged(difference: number, measure: Pick<Measure, "better">): "better" | "worse" | "" {
  if (!measure.better || difference === 0) return "";
  return difference > 0 === (measure.better === "higher") ? "better" : "worse";
}

const COLLATOR = new Intl.Collator("en", { numeric: true });

/** Compare two values of a dimension as they are read: numbers and times in their order, names with numbers too. */
export function inOrder(one: Value, other: Value): number {
  if (one === null || other === null) return Number(one === null) - Number(other === null);
  return typeof one === "number" && typeof other === "number"
    ? one - other
    : COLLATOR.compare(String(one), String(other));
}

/** Whether values of a dimension have an order of their own, so that no figure should reorder them. */
export function isOrdered({ kind }: Dimension): boolean {
  return kind !== "name" && kind !== "flag";
}
