/** Going deeper into bars, by pointer and by keys. */
import { said } from "../model/format.ts";
import { button, element } from "../page/dom.ts";
import type { Scene } from "./bar_shapes.ts";
import type { Plot } from "./plot.ts";
import type { Drawing } from "./view.ts";

const ONE_ALONE = 28;

/** A click on a bar goes one deeper; for keys, each bar has a button that lies over it and lets the pointer through. */
export function withDrill(frame: HTMLElement, { view, model, isHorizontal }: Scene, drawn: Plot): Drawing {
  const column = view.result.dimensions[0]!.column;
  const enter = (index: number) => view.enter?.({ column, value: model.categories[index]!.value });
  const buttons = model.categories.map(({ text, bars }, index) => {
    const value = bars[0] ? said(bars[0].cell.value, view.result.measures[view.visual.measures[0]!]!.unit) : "";
    const made = button("", () => enter(index), {
      class: "drill",
      "aria-label": `${text}: ${value}. Show ${view.deeper}.`,
    });
    made.addEventListener("focus", () =>
      drawn.chart.dispatchAction({ type: "showTip", seriesIndex: 0, dataIndex: index }),
    );
    made.addEventListener("blur", () => drawn.chart.dispatchAction({ type: "hideTip" }));
    return made;
  });
  frame.append(
    element("div", { class: "drills", role: "group", "aria-label": `${view.visual.title}: go deeper` }, ...buttons),
  );
  // Anywhere in a bar's band, its name too: a short bar is no target for a thumb.
  drawn.chart.getZr().on("click", (event: { offsetX: number; offsetY: number }) => {
    const at = drawn.chart.convertFromPixel({ seriesIndex: 0 }, [event.offsetX, event.offsetY]) as unknown as
      [number, number] | undefined;
    const index = at?.[isHorizontal ? 1 : 0];
    if (index !== undefined && model.categories[index]) enter(index);
  });
  const place = () => placeButtons(buttons, drawn, isHorizontal);
  place();
  return { ...drawn, resize: () => (drawn.resize(), place()) };
}

function placeButtons(buttons: readonly HTMLElement[], { chart }: Plot, isHorizontal: boolean): void {
  const centre = (index: number) =>
    (chart.convertToPixel({ seriesIndex: 0 }, isHorizontal ? [0, index] : [index, 0]) as unknown as [number, number])[
      isHorizontal ? 1 : 0
    ];
  const band = buttons.length > 1 ? centre(1) - centre(0) : isHorizontal ? ONE_ALONE : chart.getWidth() / 2;
  buttons.forEach((each, index) => {
    const start = `${centre(index) - band / 2}px`;
    Object.assign(
      each.style,
      isHorizontal
        ? { top: start, height: `${band}px`, left: "0", width: "100%" }
        : { left: start, width: `${band}px`, top: "0", height: "100%" },
    );
  });
}
