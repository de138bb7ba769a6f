// The zone editor: one state, drawn anew after every change; everything is in shares of the picture (0 to 1).
"use strict";

const at = (id) => document.getElementById(id);
const svgNamespace = "http://www.w3.org/2000/svg";
const hues = ["blue", "orange", "green", "vermilion", "purple", "sky", "yellow"];
const kindNames = { queue: "queue of a lane", service: "service at a lane" };

let store = null; // what the server told
let drawing = { zones: [], lines: [] };
let past = [], future = [];
let camera = null; // {camera_id, width, height}
let chosen = null; // key of a shape
let pending = null; // {kind: "zone" | "line", points: [[x, y]]} while drawing
let trial = null; // {frames, number}
let problems = [];
let keys = 0;
let isDirty = false, isDragging = false;

const copy = (value) => JSON.parse(JSON.stringify(value));
const here = (shapes) => shapes.filter((shape) => shape.camera_id === camera.camera_id);
const shapeOf = (key) => [...drawing.zones, ...drawing.lines].find((shape) => shape.key === key);
const hueNumbers = new Map(); // a shape keeps its colour when others come and go
const hueOf = (shape) => {
  if (!hueNumbers.has(shape.key)) hueNumbers.set(shape.key, hueNumbers.size % hues.length);
  return `var(--category-${hues[hueNumbers.get(shape.key)]})`;
};

async function ask(path, body) {
  const options = body && { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  try {
    const answer = await fetch(path, options);
    if (!answer.ok) throw new Error(String(answer.status));
    return await answer.json();
  } catch {
    return { problems: [{ key: null, text: "The editor does not answer. Is `edge zones` still running?" }] };
  }
}

// ---- changes and undo

function change(make) {
  past.push(copy(drawing));
  future = [];
  make();
  isDirty = true;
  at("saved").textContent = "Not saved yet";
  render();
  checkSoon();
}

function step(from, to) {
  if (!from.length) return;
  to.push(copy(drawing));
  drawing = from.pop();
  if (!shapeOf(chosen)) chosen = null;
  isDirty = true;
  render();
  checkSoon();
}

let checkTimer = 0, checkNumber = 0;
function checkSoon() {
  clearTimeout(checkTimer);
  checkTimer = setTimeout(async () => {
    const number = ++checkNumber;
    const answer = await ask("check", { drawing });
    if (number === checkNumber) { problems = answer.problems; renderProblems(); }
  }, 300);
}

async function save() {
  clearTimeout(checkTimer);
  checkNumber += 1;
  // What is drawn after saving refers to the file as it is then: nothing may change in between.
  document.body.inert = true;
  const answer = await ask("save", { drawing });
  document.body.inert = false;
  problems = answer.problems;
  if (answer.state) {
    past = []; future = [];
    store = answer.state;
    drawing = copy(store.drawing);
    chosen = null;
    hueNumbers.clear();
    isDirty = false;
    at("saved").textContent = "Saved";
    render();
  } else {
    const where = problems.some((each) => each.key) ? "beside the shapes" : "above";
    at("saved").textContent = `Not saved: see what to mend ${where}`;
    renderProblems();
    const first = problems.find((each) => each.key && shapeOf(each.key));
    if (first) choose(first.key);
  }
}

// ---- the picture

function element(name, attributes = {}, ...children) {
  const made = document.createElementNS(svgNamespace, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

const px = ([x, y]) => [x * camera.width, y * camera.height];
const path = (points) => points.map((point) => px(point).join(",")).join(" ");
const middle = (points) => [0, 1].map((axis) => points.reduce((sum, point) => sum + point[axis], 0) / points.length);
const rounded = (value) => Math.round(value * 10000) / 10000;

function pointAt(event) {
  const matrix = at("picture").getScreenCTM().inverse();
  const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix);
  return [point.x / camera.width, point.y / camera.height].map(clamp);
}

// How many units of the picture one pixel of the screen is: handles keep their size on a phone.
const unit = () => (camera.width * (1 + pad().left + pad().right)) / Math.max(1, at("picture").clientWidth || camera.width);

// How far the drawing goes beyond the picture: people whom its lower edge cuts stand there.
function pad() {
  const points = [...here(drawing.zones).flatMap((zone) => zone.polygon ?? []), ...here(drawing.lines).flatMap((line) => [line.start, line.end, line.inside])];
  const beyond = (usual, lengths) => Math.min(0.5, Math.max(usual, ...lengths.map((length) => length + 0.03)));
  return {
    left: beyond(0.02, points.map(([x]) => -x)), right: beyond(0.02, points.map(([x]) => x - 1)),
    top: beyond(0.02, points.map(([, y]) => -y)), bottom: beyond(0.15, points.map(([, y]) => y - 1)),
  };
}

function render() {
  const svg = at("picture");
  const focused = document.activeElement?.dataset?.handle;
  if (!isDragging) {
    const { left, right, top, bottom } = pad();
    svg.setAttribute("viewBox", [-left * camera.width, -top * camera.height, (1 + left + right) * camera.width, (1 + top + bottom) * camera.height].join(" "));
  }
  svg.classList.toggle("is-drawing", Boolean(pending));
  const source = trial ? `trial?frame=${trial.number}&of=${trial.id}` : `frame?camera=${encodeURIComponent(camera.camera_id)}${camera.again ?? ""}`;
  const old = svg.querySelector("image");
  const image = old ?? element("image", { x: 0, y: 0, preserveAspectRatio: "none" });
  image.setAttribute("width", camera.width);
  image.setAttribute("height", camera.height);
  if (image.getAttribute("href") !== source) { image.onerror = () => tellPicture(source); image.onload = () => { at("picture-problem").hidden = true; }; image.setAttribute("href", source); }
  svg.replaceChildren(image, ...here(drawing.zones).map(zoneElement), ...here(drawing.lines).map(lineElement));
  if (trial) svg.append(...trialElements());
  else if (pending) svg.append(...pendingElements());
  else if (shapeOf(chosen)) svg.append(...handleElements(shapeOf(chosen)));
  if (focused) svg.querySelector(`[data-handle="${CSS.escape(focused)}"]`)?.focus();
  renderShapes();
  renderBars();
}

async function tellPicture(source) {
  if (trial) return;
  const answer = await fetch(source).then((each) => each.json()).catch(() => ({ problems: ["The editor does not answer. Is `edge zones` still running?"] }));
  at("picture-problem").textContent = `No picture of this camera. ${answer.problems.join(" ")} You can still draw.`;
  at("picture-problem").hidden = false;
}

function label(text, point) {
  const [x, y] = px(point);
  const size = 15 * unit();
  return element("text", { class: "name", x, y: y + size / 3, "font-size": size }, text);
}

function zoneElement(zone) {
  const corners = zone.polygon ?? [[0, 0], [1, 0], [1, 1], [0, 1]];
  const shape = element("polygon", { class: `zone${zone.key === chosen ? " is-chosen" : ""}`, points: path(corners) });
  const count = trial?.frames[trial.number]?.counts[zone.zone_id];
  const group = element("g", { style: `--hue: ${hueOf(zone)}` }, shape, label(count === undefined ? zone.zone_id : `${zone.zone_id}: ${count}`, zone.polygon ? middle(corners) : [0.5, 0.06]));
  shape.addEventListener("pointerdown", (event) => { if (!pending && !trial) { choose(zone.key); if (zone.polygon) drag(event, [zone.polygon]); } });
  return group;
}

function lineElement(line) {
  const [[x1, y1], [x2, y2], inside] = [px(line.start), px(line.end), px(line.inside)];
  const foot = [(x1 + x2) / 2, (y1 + y2) / 2];
  const grab = element("line", { class: "grab", x1, y1, x2, y2 });
  grab.addEventListener("pointerdown", (event) => { if (!pending && !trial) { choose(line.key); drag(event, [[line.start, line.end, line.inside]]); } });
  const size = 10 * unit();
  const angle = Math.atan2(inside[1] - foot[1], inside[0] - foot[0]);
  const wing = (turn) => `${inside[0] - size * Math.cos(angle + turn)},${inside[1] - size * Math.sin(angle + turn)}`;
  return element("g", { style: `--hue: ${hueOf(line)}` },
    element("line", { class: "halo", x1, y1, x2, y2 }),
    element("line", { class: "line", x1, y1, x2, y2 }),
    element("line", { class: "arrow", x1: foot[0], y1: foot[1], x2: inside[0], y2: inside[1] }),
    element("polyline", { class: "arrow", style: "stroke-dasharray: none", points: `${wing(0.6)} ${inside.join(",")} ${wing(-0.6)}` }),
    label(line.line_id, middle([line.start, line.end])),
    label("in", [line.inside[0], line.inside[1] + 0.04]), grab);
}

function pendingElements() {
  const dots = pending.points.map((point) => { const [cx, cy] = px(point); return element("circle", { class: "corner", cx, cy, r: 7 * unit() }); });
  return [element("polyline", { class: "halo", points: path(pending.points) }), ...dots];
}

function trialElements() {
  const frame = trial.frames[trial.number];
  const boxes = frame.boxes.map(([left, top, right, bottom]) => element("rect", { class: "box", x: left * camera.width, y: top * camera.height, width: (right - left) * camera.width, height: (bottom - top) * camera.height }));
  const feet = frame.feet.map((point) => { const [cx, cy] = px(point); return element("circle", { class: "foot", cx, cy, r: 5 * unit() }); });
  return [...boxes, ...feet];
}

function handleElements(shape) {
  if (shape.line_id !== undefined) {
    return ["start", "end", "inside"].map((name) => handle(shape, shape[name], `${shape.key}-${name}`, name === "inside" ? `${shape.line_id}: the inside` : `${shape.line_id}: its ${name}`, null, name === "inside"));
  }
  if (!shape.polygon) return [];
  const corners = shape.polygon.map((corner, index) => handle(shape, corner, `${shape.key}-${index}`, `${shape.zone_id}: corner ${index + 1} of ${shape.polygon.length}`, () => {
    if (shape.polygon.length > 3) change(() => shape.polygon.splice(index, 1));
  }));
  const between = shape.polygon.map((corner, index) => {
    const next = shape.polygon[(index + 1) % shape.polygon.length];
    const point = middle([corner, next]).map(rounded);
    const add = () => change(() => shape.polygon.splice(index + 1, 0, point));
    const [cx, cy] = px(point);
    const made = element("g", { class: "handle", tabindex: 0, role: "button", "aria-label": `${shape.zone_id}: add a corner after corner ${index + 1}`, "data-handle": `${shape.key}-after-${index}` },
      element("circle", { class: "between", cx, cy, r: 5 * unit() }), element("circle", { class: "touch", cx, cy, r: 14 * unit() }));
    made.addEventListener("pointerdown", (event) => { event.stopPropagation(); event.preventDefault(); add(); });
    made.addEventListener("keydown", (event) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); add(); } });
    return made;
  });
  return [...between, ...corners];
}

function handle(shape, point, name, text, remove, isInside = false) {
  const [cx, cy] = px(point);
  const made = element("g", { class: "handle", tabindex: 0, role: "button", "aria-label": `${text}, move with the arrow keys`, "data-handle": name, style: `--hue: ${hueOf(shape)}` },
    element("circle", { class: `corner${isInside ? " is-inside" : ""}`, cx, cy, r: 8 * unit() }), element("circle", { class: "touch", cx, cy, r: 20 * unit() }));
  made.addEventListener("pointerdown", (event) => drag(event, [[point]]));
  made.addEventListener("keydown", (event) => {
    const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (by) {
      event.preventDefault();
      const far = event.shiftKey ? 10 : 1;
      change(() => { point[0] = clamp(point[0] + (by[0] * far) / camera.width); point[1] = clamp(point[1] + (by[1] * far) / camera.height); });
    } else if (remove && (event.key === "Delete" || event.key === "Backspace")) { event.preventDefault(); remove(); }
  });
  return made;
}

const clamp = (value) => rounded(Math.min(1.5, Math.max(-0.5, value)));

// Moves all points of the lists together while the pointer is held; one step of undo.
function drag(event, lists) {
  event.stopPropagation();
  event.preventDefault();
  const svg = at("picture");
  const before = copy(drawing), begin = pointAt(event);
  const points = lists.flat(), starts = copy(points);
  let isMoved = false;
  const move = (moved) => {
    const now = pointAt(moved);
    isMoved = isMoved || Math.hypot((now[0] - begin[0]) * camera.width, (now[1] - begin[1]) * camera.height) > 3 * unit();
    if (!isMoved) return;
    isDragging = true;
    points.forEach((point, index) => [0, 1].forEach((axis) => { point[axis] = clamp(starts[index][axis] + now[axis] - begin[axis]); }));
    render();
  };
  const end = () => {
    svg.removeEventListener("pointermove", move);
    window.removeEventListener("pointerup", end);
    window.removeEventListener("pointercancel", end);
    isDragging = false;
    if (isMoved) { past.push(before); future = []; isDirty = true; at("saved").textContent = "Not saved yet"; render(); checkSoon(); }
  };
  svg.addEventListener("pointermove", move);
  window.addEventListener("pointerup", end);
  window.addEventListener("pointercancel", end);
}

// ---- drawing something new

function begin(kind) {
  trial = null;
  pending = { kind, points: [] };
  chosen = null;
  render();
  at(kind === "zone" ? "done" : "cancel").focus({ preventScroll: true });
}

function finish() {
  const { kind, points } = pending;
  if (points.length < (kind === "zone" ? 3 : 2)) return;
  pending = null;
  const key = `new-${++keys}`;
  change(() => {
    if (kind === "zone") drawing.zones.push({ key, index: null, zone_id: freeName("zone"), zone_kind: store.zone_kinds[0], camera_id: camera.camera_id, lane_id: null, polygon: points });
    else drawing.lines.push({ key, index: null, line_id: freeName("line"), camera_id: camera.camera_id, start: points[0], end: points[1], inside: beside(points[0], points[1], 1) });
    chosen = key;
  });
  document.querySelector(`[data-shape="${key}"] input`)?.select();
}

function freeName(stem) {
  const taken = new Set([...drawing.zones.map((each) => each.zone_id), ...drawing.lines.map((each) => each.line_id)]);
  let number = 1;
  while (taken.has(`${stem}-${number}`)) number += 1;
  return `${stem}-${number}`;
}

// A point on one side of a line, at a tenth of the picture's height from its middle.
function beside(start, end, side) {
  const [[x1, y1], [x2, y2]] = [px(start), px(end)];
  const length = Math.hypot(x2 - x1, y2 - y1) || 1, far = (camera.height / 8) * side;
  return [clamp(((x1 + x2) / 2 - ((y2 - y1) / length) * far) / camera.width), clamp(((y1 + y2) / 2 + ((x2 - x1) / length) * far) / camera.height)];
}

function swapped(line) {
  const [[x1, y1], [x2, y2], [x, y]] = [px(line.start), px(line.end), px(line.inside)];
  const side = (x2 - x1) * (y - y1) - (y2 - y1) * (x - x1);
  return beside(line.start, line.end, side > 0 ? -1 : 1);
}

at("picture").addEventListener("pointerdown", (event) => {
  if (trial) return;
  if (!pending) { choose(null); return; }
  event.preventDefault();
  pending.points.push(pointAt(event));
  if (pending.kind === "line" && pending.points.length === 2) finish();
  else render();
});

function choose(key) {
  if (chosen === key) return;
  chosen = key;
  render();
  const row = key && document.querySelector(`[data-shape="${CSS.escape(key)}"]`);
  if (row && matchMedia("(min-width: 900px)").matches) row.scrollIntoView({ block: "nearest" });
}

// ---- the list

function html(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  Object.assign(made, attributes);
  made.append(...children);
  return made;
}

let listed = "";
function renderShapes() {
  const shapes = [...here(drawing.zones), ...here(drawing.lines)];
  at("empty").hidden = shapes.length > 0;
  const now = JSON.stringify([camera.camera_id, shapes.map((shape) => [shape.key, shape.zone_kind, shape.zone_id ?? shape.line_id, shape.lane_id, shape.polygon === null]), store.lane_ids, drawing.zones.map((zone) => zone.lane_id)]);
  if (now !== listed) {
    const focused = document.activeElement?.dataset?.field;
    at("shapes").replaceChildren(laneList(), ...shapes.map(row));
    listed = now;
    if (focused) document.querySelector(`[data-field="${CSS.escape(focused)}"]`)?.focus();
  }
  document.querySelectorAll("[data-shape]").forEach((each) => each.classList.toggle("is-chosen", each.dataset.shape === chosen));
  renderProblems();
}

function laneList() {
  const lanes = new Set([...store.lane_ids, ...drawing.zones.map((zone) => zone.lane_id).filter(Boolean)]);
  return html("datalist", { id: "lanes" }, ...[...lanes].map((lane) => html("option", { value: lane })));
}

function field(shape, name, text, input) {
  input.dataset.field = `${shape.key}-${name}`;
  input.addEventListener("focus", () => choose(shape.key));
  input.addEventListener("change", () => change(() => { shapeOf(shape.key)[name] = input.value.trim() || (name === "lane_id" ? null : ""); }));
  return html("label", {}, html("span", { className: "muted", textContent: text }), input);
}

function button(shape, name, text, act) {
  const made = html("button", { type: "button", textContent: text });
  made.dataset.field = `${shape.key}-${name}`;
  made.addEventListener("click", act);
  return made;
}

function row(shape) {
  const isZone = shape.zone_id !== undefined;
  const name = isZone ? shape.zone_id : shape.line_id;
  const swatch = html("span", { className: "swatch" });
  swatch.style.background = hueOf(shape);
  const made = html("fieldset", {}, html("legend", {}, swatch, `${isZone ? "Zone" : "Line"} ${name}`));
  made.dataset.shape = shape.key;
  made.append(field(shape, isZone ? "zone_id" : "line_id", "Name", html("input", { value: name, maxLength: 128, spellcheck: false })));
  const acts = html("div", { className: "row" });
  if (isZone) {
    const kinds = html("select", {}, ...store.zone_kinds.map((kind) => html("option", { value: kind, textContent: kindNames[kind] ?? kind.replaceAll("_", " "), selected: kind === shape.zone_kind })));
    made.append(field(shape, "zone_kind", "Kind", kinds));
    if (store.lane_kinds.includes(shape.zone_kind) || shape.lane_id) {
      const lane = html("input", { value: shape.lane_id ?? "", placeholder: "such as lane-1" });
      lane.setAttribute("list", "lanes");
      made.append(field(shape, "lane_id", "Lane", lane));
    }
    if (!shape.polygon) acts.append(html("span", { className: "muted", textContent: "The whole picture" }), button(shape, "corners", "Draw its corners", () => change(() => { shapeOf(shape.key).polygon = [[0.05, 0.05], [0.95, 0.05], [0.95, 0.95], [0.05, 0.95]]; chosen = shape.key; })));
  } else {
    acts.append(button(shape, "swap", "Swap inside and outside", () => change(() => { const line = shapeOf(shape.key); line.inside = swapped(line); chosen = shape.key; })));
  }
  acts.append(button(shape, "delete", "Delete", () => change(() => {
    drawing.zones = drawing.zones.filter((each) => each.key !== shape.key);
    drawing.lines = drawing.lines.filter((each) => each.key !== shape.key);
    chosen = null;
  })));
  made.append(acts, html("p", { className: "problem" }));
  acts.querySelectorAll("button").forEach((each) => { if (each.textContent === "Delete") each.setAttribute("aria-label", `Delete ${name}`); });
  return made;
}

function renderProblems() {
  document.querySelectorAll("[data-shape]").forEach((each) => {
    each.querySelector(".problem").textContent = problems.filter((problem) => problem.key === each.dataset.shape).map((problem) => problem.text).join(" ");
  });
  const elsewhere = problems.filter((problem) => !problem.key || !document.querySelector(`[data-shape="${CSS.escape(problem.key)}"]`));
  at("file-problems").replaceChildren(...elsewhere.map((problem) => {
    const shape = problem.key && shapeOf(problem.key);
    return html("li", { textContent: shape ? `${shape.zone_id ?? shape.line_id} on camera ${shape.camera_id}: ${problem.text}` : problem.text });
  }));
}

function renderBars() {
  at("undo").disabled = !past.length;
  at("redo").disabled = !future.length;
  at("drawing-bar").hidden = !pending;
  at("trial-bar").hidden = !trial;
  if (pending) {
    const needed = 3 - pending.points.length;
    at("drawing-help").textContent = pending.kind === "line"
      ? (pending.points.length ? "Now tap where the line ends." : "Tap where the line begins: where people cross the floor.")
      : needed > 0 ? `Tap the zone's corners on the floor, in order: at least ${needed} more.` : "Tap more corners, or press Done.";
    at("done").hidden = pending.kind === "line";
    at("done").disabled = needed > 0;
  }
  if (trial) {
    const frame = trial.frames[trial.number];
    at("moment").max = trial.frames.length - 1;
    at("moment").value = trial.number;
    at("moment-text").textContent = `${frame.seconds.toFixed(1)} s: ${people(frame.boxes.length)} found`;
  }
  const zones = drawing.zones.length, lines = drawing.lines.length;
  at("headline").textContent = `${store.store_id}: ${zones} zone${zones === 1 ? "" : "s"}, ${lines} line${lines === 1 ? "" : "s"}`;
  document.title = `${isDirty ? "• " : ""}Zones of ${store.store_id}`;
}

const people = (count) => `${count} ${count === 1 ? "person" : "people"}`;

// ---- the trial

async function tryIt() {
  at("try").disabled = true;
  at("trial-result").textContent = "Looking for people…";
  const answer = await ask("trial", { drawing, camera_id: camera.camera_id, seconds: Number(at("seconds").value) });
  at("try").disabled = false;
  if (!answer.frames?.length) {
    at("trial-result").textContent = answer.problems.map((each) => each.text).join(" ") || "The camera gave no picture.";
    return;
  }
  pending = null;
  const counts = (zone) => answer.frames.map((frame) => frame.counts[zone.zone_id] ?? 0);
  const mean = (list) => list.reduce((sum, each) => sum + each, 0) / list.length;
  const texts = here(drawing.zones).map((zone) => `${zone.zone_id}: at most ${people(Math.max(...counts(zone)))}, on average ${mean(counts(zone)).toFixed(1)}`);
  at("trial-result").textContent = texts.join("; ") || `${people(Math.max(...answer.frames.map((frame) => frame.boxes.length)))} at most; draw a zone to count in it`;
  const most = answer.frames.map((frame) => frame.boxes.length);
  trial = { frames: answer.frames, number: most.indexOf(Math.max(...most)), id: ++keys };
  render();
}

// ---- wiring

function show(cameraId) {
  camera = { ...store.cameras.find((each) => each.camera_id === cameraId) };
  chosen = pending = trial = null;
  at("trial-result").textContent = "";
  render();
}

at("camera").addEventListener("change", (event) => show(event.target.value));
at("add-zone").addEventListener("click", () => begin("zone"));
at("add-line").addEventListener("click", () => begin("line"));
at("done").addEventListener("click", finish);
at("cancel").addEventListener("click", () => { pending = null; render(); });
at("place").addEventListener("click", () => {
  pending.points = pending.kind === "zone" ? [[0.35, 0.4], [0.65, 0.4], [0.65, 0.8], [0.35, 0.8]] : [[0.3, 0.6], [0.7, 0.6]];
  finish();
});
at("undo").addEventListener("click", () => step(past, future));
at("redo").addEventListener("click", () => step(future, past));
at("again").addEventListener("click", () => { trial = null; camera.again = `&again=${++keys}`; render(); });
at("save").addEventListener("click", save);
at("try").addEventListener("click", tryIt);
at("trial-close").addEventListener("click", () => { trial = null; render(); });
at("moment").addEventListener("input", (event) => { trial.number = Number(event.target.value); render(); });
window.addEventListener("resize", () => camera && render());
window.addEventListener("beforeunload", (event) => { if (isDirty) event.preventDefault(); });
window.addEventListener("keydown", (event) => {
  const isCommand = event.ctrlKey || event.metaKey, isText = event.target.matches?.("input:not([type=range]), select");
  if (isCommand && event.key.toLowerCase() === "s") { event.preventDefault(); save(); }
  else if (isCommand && event.key.toLowerCase() === "z" && !isText) { event.preventDefault(); event.shiftKey ? step(future, past) : step(past, future); }
  else if (event.key === "Escape" && (pending || trial)) { pending = trial = null; render(); }
  else if (event.key === "Enter" && pending && !event.target.matches?.("button")) finish();
});

(async () => {
  const answer = await ask("state");
  if (!answer.cameras) { problems = answer.problems; renderProblems(); return; }
  store = answer;
  drawing = copy(store.drawing);
  at("camera").replaceChildren(...store.cameras.map((each) => html("option", { value: each.camera_id, textContent: each.camera_id })));
  show(store.cameras[0].camera_id);
})();
