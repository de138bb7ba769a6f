/** A page's script: it reads the definition that the page holds and shows it. */
import type { Definition } from "./model/definition.ts";
import { plainRows, type Result } from "./model/result.ts";
import { Dashboard } from "./page/dashboard.ts";
import { loadChoices, type Received, receiver } from "./page/data.ts";
import { element } from "./page/dom.ts";
import { restoreTheme } from "./page/theme.ts";

/** What tests and data scripts find on the page. */
interface Api extends Received {
  evaluateVisual(name: string): Promise<ReturnType<typeof plainRows>>;
  stateOfVisual(name: string): Promise<Pick<Result, "state" | "message">>;
  /** Return when everything is drawn. */
  complete(): Promise<void>;
}
declare global {
  // eslint-disable-next-line no-var -- a global of the page
  var storeTraffic: Api;
}

const assets =
  document.currentScript instanceof HTMLScriptElement ? document.currentScript.src.replace(/[^/]*$/, "") : "../assets/";
const dashboard = Promise.withResolvers<Dashboard>();

globalThis.storeTraffic = {
  ...receiver,
  evaluateVisual: async (name) => plainRows(await (await dashboard.promise).resultOf(name)),
  stateOfVisual: async (name) => {
    const { state, message } = await (await dashboard.promise).resultOf(name);
    return { state, message };
  },
  complete: async () => (await dashboard.promise).complete(),
};

async function start(): Promise<void> {
  const host = document.getElementById("app") ?? document.getElementById("dashboard") ?? document.body;
  try {
    const text = document.getElementById("definition")?.textContent;
    if (!text)
      throw new Error("Expected the page to hold the definition of a dashboard, came none: run make dashboards again.");
    const shown = new Dashboard(JSON.parse(text) as Definition, await loadChoices(), assets);
    dashboard.resolve(shown);
    await shown.start(host);
  } catch (problem) {
    host.append(
      element(
        "p",
        { class: "state problem", role: "alert" },
        problem instanceof Error ? problem.message : String(problem),
      ),
    );
    throw problem;
  }
}

restoreTheme();
if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", () => void start());
else void start();
