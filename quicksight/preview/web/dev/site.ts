/** Writes a site of made-up rows, to look at: `node quicksight/preview/web/dev/site.ts OUT [--stores 20]`. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";

import type { Definition } from "../src/model/definition.ts";
import { sampleSite } from "./fixture.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { stores: { type: "string", default: "20" } },
});
const out = positionals[0];
if (!out) throw new Error("Expected a folder to write to: node quicksight/preview/web/dev/site.ts OUT [--stores 20]");
const site = sampleSite(Number(values.stores));
const tokens = JSON.parse(readFileSync(join(import.meta.dirname, "../../../../design/tokens.json"), "utf8")) as Record<
  string,
  unknown
>;

write("sample/choices.js", `storeTraffic.choices(${JSON.stringify(site.choices)});`);
for (const [name, table] of site.tables)
  write(`sample/data/${name}.js`, `storeTraffic.rows(${JSON.stringify(name)}, null, ${JSON.stringify(table)});`);
for (const [name, tables] of site.byStore) {
  for (const [store, table] of tables)
    write(
      `sample/data/${name}/${encodeURIComponent(store)}.js`,
      `storeTraffic.rows(${JSON.stringify(name)}, ${JSON.stringify(store)}, ${JSON.stringify(table)});`,
    );
}
write("sample/sample.html", page(site.definition));
write("sample/weekly.html", page({ ...site.definition, name: "weekly", title: "The week", is_paginated: true }));

function write(name: string, text: string): void {
  const path = join(out!, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

function page(definition: Definition): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${definition.title}</title><style>${style()}</style><link rel="stylesheet" href="../assets/dashboards.css"></head>
<body><div id="dashboard"></div><script type="application/json" id="definition">${JSON.stringify(definition).replaceAll("<", "\\u003c")}</script>
<script src="../assets/dashboards.js"></script></body></html>`;
}

/** The same variables as `design/css.py` gives. */
function style(): string {
  const flat = (prefix: string, value: unknown): string =>
    typeof value === "object"
      ? Object.entries(value as object)
          .map(([name, part]) => flat(`${prefix}-${name}`, part))
          .join("")
      : `${prefix}:${String(value)};`;
  const themed = (theme: string) =>
    ["colour", "category"]
      .map((group) => flat(`--${group}`, (tokens[group] as Record<string, unknown>)[theme]))
      .join("");
  const common = Object.keys(tokens)
    .filter((group) => group !== "colour" && group !== "category")
    .map((group) => flat(`--${group}`, tokens[group]))
    .join("");
  return `:root{color-scheme:light dark;${common}${themed("light")}}@media (prefers-color-scheme:dark){:root{${themed("dark")}}}
:root[data-theme="light"]{color-scheme:light;${themed("light")}}:root[data-theme="dark"]{color-scheme:dark;${themed("dark")}}`;
}
