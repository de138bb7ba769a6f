/** Colours come from the page's CSS variables, so that charts follow the theme. */

export type ThemeName = "light" | "dark";
const KEPT = "store-traffic-theme";
const SERIES = ["blue", "orange", "green", "vermilion", "purple", "sky", "black"];

export interface Palette {
  readonly colour: (name: string) => string;
  /** Colours that tell categories apart, also without seeing hues. */
  readonly series: readonly string[];
  readonly family: string;
  readonly fontSize: number;
  /** Drawn for paper, where two rows of charts should fit on a page. */
  readonly isPaper: boolean;
}

/** Return the colours as they are now. */
export function palette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const variable = (name: string) => style.getPropertyValue(`--${name}`).trim();
  const rem = parseFloat(style.fontSize) || 16;
  return {
    colour: (name) => variable(`colour-${name}`),
    series: SERIES.map((name) => variable(`category-${name}`)),
    family: variable("font-family"),
    fontSize: Math.round(rem * 0.8125),
    isPaper: document.documentElement.classList.contains("printing"),
  };
}

/** Return the theme that is shown. */
export function currentTheme(): ThemeName {
  const set = document.documentElement.dataset["theme"];
  if (set === "light" || set === "dark") return set;
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

/** Show a theme; null leaves it to the system. */
export function showTheme(theme: ThemeName | null): void {
  if (theme) document.documentElement.dataset["theme"] = theme;
  else delete document.documentElement.dataset["theme"];
}

/** Keep the theme for other pages, where the browser lets us. */
export function keepTheme(theme: ThemeName): void {
  try {
    localStorage.setItem(KEPT, theme);
  } catch {
    // A browser that keeps nothing for files: the system's theme it is next time.
  }
}

/** Show the theme that was kept, if any. */
export function restoreTheme(): void {
  try {
    const kept = localStorage.getItem(KEPT);
    if (kept === "light" || kept === "dark") showTheme(kept);
  } catch {
    // See above.
  }
}

/** Return a mix of two `#rrggbb` colours: `share` of the first. */
export function mixed(one: string, other: string, share: number): string {
  const [a, b] = [channels(one), channels(other)];
  return `#${a
    .map((channel, at) =>
      Math.round(channel * share + b[at]! * (1 - share))
        .toString(16)
        .padStart(2, "0"),
    )
    .join("")}`;
}

/** Return black or white, whichever is easier to read on a colour. */
export function readableOn(colour: string): string {
  const [red = 0, green = 0, blue = 0] = channels(colour).map((channel) => linear(channel / 255));
  const luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  return (luminance + 0.05) / 0.05 >= 1.05 / (luminance + 0.05) ? "#000000" : "#ffffff";
}

function linear(channel: number): number {
  return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
}

function channels(colour: string): number[] {
  const hex = colour.replace("#", "");
  const full = hex.length === 3 ? [...hex].map((digit) => digit + digit).join("") : hex.padEnd(6, "0");
  return [0, 2, 4].map((at) => parseInt(full.slice(at, at + 2), 16) || 0);
}
