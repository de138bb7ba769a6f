/**
 * Prints what every visual of a page shows, without a browser:
 * `node quicksight/preview/web/evaluate-cli.mjs LAKE_FOLDER DASHBOARD ['{"period": "2026-11"}']`.
 *
 * The choice may name region, store, period and compare_with; what it does not name is the page's default, and null is
 * none. The answer is JSON: the choice, the sentence with its figures, and the state and rows of each visual.
 */
import { evaluatePage } from "./src/evaluate.ts";

const [folder, dashboard, choice = "{}"] = process.argv.slice(2);
if (!folder || !dashboard) {
    console.error(
        "Expected a lake's folder and a dashboard: node quicksight/preview/web/evaluate-cli.mjs build/dashboards/history seasons",
    );
    process.exit(2);
}
const text = JSON.stringify(await evaluatePage(folder, dashboard, JSON.parse(choice)));
process.stdout.write(`${text}\n`);
