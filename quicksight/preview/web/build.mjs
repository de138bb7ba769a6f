/**
 * Builds what every page of dashboards loads: `node quicksight/preview/web/build.mjs OUT [--countries DE,FR]`.
 *
 * OUT/dashboards.js shows a page, OUT/dashboards.css is its style, OUT/echarts.js the parts of ECharts that it uses,
 * OUT/countries.js the outlines of the countries given (two-letter codes) and around them; none without the flag.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { build } from "esbuild";
import countryCodes from "i18n-iso-countries";
import { feature } from "topojson-client";

const here = import.meta.dirname;
const TARGETS = ["chrome119", "edge119", "firefox121", "safari17.4"];
const DECIMALS = 3;
const DECIMALS_FAR = 1;

const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { countries: { type: "string", default: "" } },
});
const [out] = positionals;
if (!out || positionals.length > 1) {
    console.error("Expected one folder to write to: node quicksight/preview/web/build.mjs OUT [--countries DE,FR]");
    process.exit(2);
}

await mkdir(out, { recursive: true });
await Promise.all([scripts(out), countries(out, values.countries)]);

/** Bundle the scripts and the style; comments of licences are kept beside them. */
async function scripts(folder) {
    await build({
        entryPoints: [
            { in: join(here, "src/main.ts"), out: "dashboards" },
            { in: join(here, "css/dashboards.css"), out: "dashboards" },
            { in: join(here, "src/charts.ts"), out: "echarts" },
        ],
        outdir: folder,
        bundle: true,
        minify: true,
        format: "iife",
        target: TARGETS,
        legalComments: "eof",
        logLevel: "warning",
    });
}

/** Write the outlines of some countries as GeoJSON, and coarser ones of all others around them. */
async function countries(folder, codes) {
    const asked = codes
        .split(",")
        .map((code) => code.trim().toUpperCase())
        .filter(Boolean);
    const unknown = asked.filter((code) => !countryCodes.alpha2ToNumeric(code));
    if (unknown.length)
        console.warn(`No outline of ${unknown.join(", ")}: expected two-letter codes of ISO 3166-1, such as DE.`);
    const wanted = new Set(asked.map((code) => countryCodes.alpha2ToNumeric(code)).filter(Boolean));
    const near = (await outlines("50m")).filter(({ id }) => wanted.has(id)).map((each) => plain(each, DECIMALS));
    const far = wanted.size
        ? (await outlines("110m")).filter(({ id }) => !wanted.has(id)).map((each) => plain(each, DECIMALS_FAR))
        : [];
    const collection = { type: "FeatureCollection", features: [...far, ...near] };
    await writeFile(join(folder, "countries.js"), `storeTraffic.countries(${JSON.stringify(collection)});\n`);
}

async function outlines(scale) {
    const topology = JSON.parse(
        await readFile(createRequire(import.meta.url).resolve(`world-atlas/countries-${scale}.json`), "utf8"),
    );
    return feature(topology, topology.objects.countries).features;
}

/** A name and coordinates to a hundred metres, or to ten kilometres far away: more is not seen. */
function plain({ properties, geometry }, decimals) {
    const rounded = (value) => (Array.isArray(value) ? value.map(rounded) : Number(value.toFixed(decimals)));
    return {
        type: "Feature",
        properties: { name: properties.name },
        geometry: { type: geometry.type, coordinates: rounded(geometry.coordinates) },
    };
}
