"use strict";
// Without this script the page loses pointers, folding and the theme button, and nothing else.
const tip = document.getElementById("tip");
const cursor = document.createElement("div");
cursor.className = "cursor";

function tipsOf(field) {
  field.tips ??= field.dataset.tips.trim().split("\n").map((line) => {
    const at = line.trim().indexOf(" ");
    return { left: Number(line.trim().slice(0, at)), text: line.trim().slice(at + 1) };
  });
  return field.tips;
}

function show(field, index) {
  const { left, text } = tipsOf(field)[index];
  const box = field.getBoundingClientRect();
  field.current = index;
  field.append(cursor);
  cursor.style.left = `${left}%`;
  tip.textContent = text;
  tip.hidden = false;
  const x = box.left + (box.width * left) / 100;
  const fits = x + tip.offsetWidth + 20 < document.documentElement.clientWidth;
  tip.style.left = `${Math.max(8, fits ? x + 12 : x - tip.offsetWidth - 12)}px`;
  tip.style.top = `${Math.max(8, box.top - tip.offsetHeight - 8)}px`;
}

function hide() {
  tip.hidden = true;
  cursor.remove();
}

function nearest(field, clientX) {
  const box = field.getBoundingClientRect();
  const percent = (100 * (clientX - box.left)) / box.width;
  const tips = tipsOf(field);
  return tips.reduce((best, each, index) => Math.abs(each.left - percent) < Math.abs(tips[best].left - percent) ? index : best, 0);
}

for (const field of document.querySelectorAll("[data-tips]")) {
  field.addEventListener("pointermove", (event) => show(field, nearest(field, event.clientX)));
  field.addEventListener("pointerleave", hide);
  field.addEventListener("blur", hide);
  field.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (event.key === "Escape") hide();
    if (!step) return;
    event.preventDefault();
    const last = tipsOf(field).length - 1;
    show(field, Math.min(last, Math.max(0, (field.current ?? -step) + step)));
  });
}
addEventListener("scroll", hide, { passive: true });

document.body.classList.add("folds");
for (const fold of document.querySelectorAll(".fold")) {
  const group = fold.closest(".group");
  const set = (isOpen) => {
    group.classList.toggle("is-open", isOpen);
    fold.setAttribute("aria-expanded", isOpen);
  };
  set(group.classList.contains("is-wrong"));
  fold.addEventListener("click", () => set(!group.classList.contains("is-open")));
}

const theme = document.getElementById("theme");
const isDark = () => (document.documentElement.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
const name = () => { theme.textContent = isDark() ? "Light" : "Dark"; };
theme.hidden = false;
theme.addEventListener("click", () => {
  document.documentElement.dataset.theme = isDark() ? "light" : "dark";
  name();
});
name();
