/** The parts of ECharts that the charts use, as a script of its own: it comes after the first answer. */
import { CustomChart, LineChart, ScatterChart } from "echarts/charts";
import { GeoComponent, GridComponent, TooltipComponent } from "echarts/components";
import * as core from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

core.use([CustomChart, LineChart, ScatterChart, GeoComponent, GridComponent, TooltipComponent, SVGRenderer]);

declare global {
  // eslint-disable-next-line no-var -- a global of the page
  var storeTrafficCharts: Pick<typeof core, "init" | "registerMap"> | undefined;
}
globalThis.storeTrafficCharts = { init: core.init, registerMap: core.registerMap };
