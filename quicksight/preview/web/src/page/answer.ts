/** The first answer: the sentence, and below it what it is of. */
import { type Choice, followed } from "../model/choose.ts";
import { datesOf } from "../model/format.ts";
import { type FigureValue, namesOf, placeName, scopeLine, sentence } from "../model/headline.ts";
import { figureOf, type Scene } from "../model/result.ts";
import { element } from "./dom.ts";

/** Draw the sentence into `host`; returns it as text, to be announced. */
export async function drawAnswer(host: HTMLElement, scene: Scene, choice: Choice): Promise<string> {
  const { definition, choices } = scene;
  const own = followed(choice, definition);
  const names = namesOf({ ...own, compareWith: own.compareWith || "year before" }, choices);
  const pieces = sentence(definition.headline.text, await figures(scene, choice), names) ?? [
    { text: nothingText(scene, own), isFigure: false },
  ];
  const words = element(
    "p",
    { class: "headline" },
    ...pieces.map(({ text, isFigure }) => (isFigure ? element("strong", {}, text) : text)),
  );
  const baseline =
    own.compareWith === "year before" && own.period
      ? datesOf(own.period.baseline_start_date, own.period.baseline_end_date)
      : "";
  const dates = own.period ? ` · ${datesOf(own.period.start_date, own.period.end_date)}` : "";
  const scope = element(
    "p",
    { class: "scope" },
    `${scopeLine(own, choices, definition)}${dates}${baseline ? `, against ${baseline}` : ""}`,
  );
  host.replaceChildren(words, scope);
  return words.textContent ?? "";
}

async function figures(scene: Scene, choice: Choice): Promise<Record<string, FigureValue>> {
  const { headline, data_sets } = scene.definition;
  const worked = Object.entries(headline.figures).map(async ([name, figure]): Promise<[string, FigureValue]> => {
    const measure = data_sets[figure.data_set]!.measures[figure.measure]!;
    return [name, { measure, cell: await figureOf(scene, figure, choice).catch(() => null) }];
  });
  return Object.fromEntries(await Promise.all(worked));
}

function nothingText({ definition, choices }: Scene, choice: Choice): string {
  const problem = Object.values(definition.headline.figures)
    .map((figure) => definition.data_sets[figure.data_set]?.problem)
    .find(Boolean);
  if (problem) return problem;
  if (definition.controls.includes("period") && !choice.period)
    return `No period is over yet in this lake. ${definition.needs}`.trim();
  const period = definition.controls.includes("period") ? ` in ${namesOf(choice, choices)["period"]}` : "";
  return `Nothing was counted for ${placeName(choice, choices)}${period}. ${definition.needs}`.trim();
}
