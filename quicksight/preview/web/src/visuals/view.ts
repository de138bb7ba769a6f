/** What a visual is drawn from, and what is drawn. */
import type { Choice, Step } from "../model/choose.ts";
import type { Choices, Visual } from "../model/definition.ts";
import type { Result } from "../model/result.ts";
import type { GeoJson } from "../page/data.ts";
import type { Palette } from "../page/theme.ts";

export interface View<Kind extends Visual = Visual> {
  readonly visual: Kind;
  readonly result: Result;
  readonly choice: Choice;
  readonly choices: Choices;
  readonly palette: Palette;
  /** What figures are compared with, in words. */
  readonly comparedWith: string;
  /** Goes one deeper; null where there is no deeper. */
  readonly enter: ((step: Step) => void) | null;
  /** What comes one deeper, in words. */
  readonly deeper: string;
  readonly countries: () => Promise<GeoJson | null>;
}

/** What stands on the page: it can be told that its width has changed, and that it goes. */
export interface Drawing {
  resize(): void;
  dispose(): void;
  /** What to say below it, such as how many bars are left out. */
  readonly notes: readonly string[];
}

export const STILL: Drawing = { resize: () => undefined, dispose: () => undefined, notes: [] };
