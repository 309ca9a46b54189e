"use strict";
// Without this script the page is complete but for the charts: tables, all campaigns open.
const specs = JSON.parse(document.getElementById("charts").textContent);
const drawn = new Set();
const FONT = getComputedStyle(document.body).fontFamily;
const config = { font: FONT, text: { fontSize: 14 }, axis: { labelFontSize: 12, titleFontSize: 12 },
  legend: { labelFontSize: 13 }, background: null, padding: { left: 1, right: 2, top: 0, bottom: 4 } };
const OPTIONS = { renderer: "svg", actions: false, config };

function draw(place) {
  const name = place.dataset.chart;
  // That of the countries is drawn by its filters.
  if (drawn.has(name) || !place.clientWidth || name === "places") return;
  drawn.add(name);
  vegaEmbed(place, specs[name], OPTIONS);
}

function drawAll() {
  document.querySelectorAll(".chart").forEach(draw);
}

function choose(campaign) {
  document.querySelectorAll(".panel").forEach((panel) => {
    panel.hidden = panel.dataset.campaign !== campaign;
  });
  document.querySelectorAll(".picker").forEach((picker) => { picker.value = campaign; });
  drawAll();
}

document.querySelectorAll(".picker").forEach((picker) => {
  picker.addEventListener("change", () => choose(picker.value));
});

// A link to a campaign opens it first, then goes there.
function follow() {
  const panel = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!panel || !panel.classList.contains("panel")) return;
  choose(panel.dataset.campaign);
  panel.scrollIntoView();
  panel.focus({ preventScroll: true });
}
window.addEventListener("hashchange", follow);

const words = new Intl.Collator("en", { numeric: true });

function sort(button) {
  const head = button.closest("th");
  const table = head.closest("table");
  const column = head.cellIndex;
  const number = button.dataset.kind === "number";
  const now = head.getAttribute("aria-sort");
  const down = now === "none" ? number : now === "ascending";
  table.querySelectorAll("thead th").forEach((th) => th.setAttribute("aria-sort", "none"));
  head.setAttribute("aria-sort", down ? "descending" : "ascending");
  const value = (row) => {
    const cell = row.cells[column];
    return number ? Number(cell.dataset.value) : cell.textContent.trim();
  };
  const rows = [...table.tBodies[0].rows];
  rows.sort((a, b) => (number ? value(a) - value(b) : words.compare(value(a), value(b))));
  if (down) rows.reverse();
  table.tBodies[0].append(...rows);
}

document.querySelectorAll("thead button").forEach((button) => {
  button.addEventListener("click", () => sort(button));
});

function filter(box) {
  const table = document.getElementById(box.dataset.table);
  const text = box.querySelector("input").value.trim().toLowerCase();
  const picks = [...box.querySelectorAll("select")].filter((pick) => pick.value);
  let left = 0;
  for (const row of table.tBodies[0].rows) {
    const fits = picks.every((pick) => row.dataset[pick.dataset.column] === pick.value);
    row.hidden = !(fits && row.textContent.toLowerCase().includes(text));
    left += row.hidden ? 0 : 1;
  }
  box.querySelector("output").textContent = `${left} of ${table.tBodies[0].rows.length} rows`;
  if (table.id === "places-table") redraw(table);
}

// The chart of countries shows what the table shows.
let drawing = Promise.resolve();
function redraw(table) {
  const countries = new Map();
  for (const row of table.tBodies[0].rows) {
    if (row.hidden) continue;
    const name = row.dataset.country_name;
    const sum = countries.get(name) || { name, whole: 0, part: 0, least: "" };
    if (row.dataset.hidden) sum.least = "at least ";
    sum.whole += Number(row.dataset.whole);
    sum.part += Number(row.dataset.part);
    countries.set(name, sum);
  }
  const rows = [...countries.values()].filter((row) => row.whole)
    .sort((a, b) => b.whole - a.whole).slice(0, 15);
  for (const row of rows) {
    row.label = `${row.name}: ${row.least}${row.part.toLocaleString("en")} of ${row.whole.toLocaleString("en")}`;
  }
  const place = document.querySelector('[data-chart="places"]');
  place.closest("figure").hidden = !rows.length;
  if (!rows.length) return;
  const spec = structuredClone(specs.places);
  spec.data = { name: "rows", values: rows };
  spec.height = Math.max(rows.length, 1) * 40;
  const told = rows.map((row) => row.label).join("; ");
  spec.description = `Countries by people: ${told}`;
  // One after the other: the last choice is the one that stays.
  drawing = drawing.then(() => vegaEmbed(place, spec, OPTIONS));
}

document.querySelectorAll(".filters[data-table]").forEach((box) => {
  box.addEventListener("input", () => filter(box));
});

const first = document.querySelector(".picker");
if (first) choose(first.value);
document.querySelectorAll(".filters[data-table]").forEach((box) => {
  // One campaign at first, so that nobody adds up people who are in several.
  const campaign = box.querySelector('[data-column="campaign_id"]');
  if (box.dataset.table === "places-table" && campaign && first) campaign.value = first.value;
  filter(box);
});
follow();
drawAll();
window.addEventListener("beforeprint", drawAll);
document.documentElement.dataset.ready = "yes";
