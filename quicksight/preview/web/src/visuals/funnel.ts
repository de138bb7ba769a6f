/** Steps one below the other, each with its share of the one above. */
import type { Funnel } from "../model/definition.ts";
import { isPoor } from "../model/findings.ts";
import { said, share } from "../model/format.ts";
import { element } from "../page/dom.ts";
import { type Drawing, STILL, type View } from "./view.ts";

/** Draw a funnel into `host`. */
export function drawFunnel(host: HTMLElement, view: View<Funnel>): Drawing {
  const group = view.result.groups[0]!;
  const steps = view.visual.steps.map((name) => ({ measure: view.result.measures[name]!, cell: group.cells[name]! }));
  const most = Math.max(...steps.map(({ cell }) => cell.value ?? 0)) || 1;
  const list = element("ol", { class: "steps" });
  steps.forEach(({ measure, cell }, at) => {
    const above = steps[at - 1];
    const bar = element("span", { class: `funnel-bar${isPoor(cell.coverage) ? " poor" : ""}`, "aria-hidden": "true" });
    bar.style.setProperty("--share", `${(100 * (cell.value ?? 0)) / most}%`);
    const part =
      above && cell.value !== null && above.cell.value
        ? `${share(cell.value / above.cell.value)} of the step above`
        : "";
    list.append(
      element(
        "li",
        { title: measure.doc },
        element("span", { class: "funnel-name" }, measure.title),
        bar,
        element("strong", {}, said(cell.value, measure.unit)),
        part ? element("small", {}, ` ${part}`) : null,
      ),
    );
  });
  host.append(list);
  return STILL;
}
