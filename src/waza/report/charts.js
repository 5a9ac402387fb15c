const narrow = matchMedia("(max-width: 60rem)"), dark = matchMedia("(prefers-color-scheme: dark)");
const DARK = {"black": "#eee", "#222": "#eee", "#000000": "#eee", "#555": "#aaa", "#e8e8e8": "#3a3d40", "white": "transparent"};
const AXIS = 70, LETTER = 7.6;
const panels = spec => spec.concat || spec.hconcat || spec.vconcat;
const copied = (spec, change) => JSON.parse(JSON.stringify(spec), change);
function lines(text, room) {
  // A title in lines that fit: broken at blanks, and between letters of Japanese, which are two wide.
  const words = text.match(/[^\s\u3000-\u9fff\uff00-\uffef]+\s*|[\s\u3000-\u9fff\uff00-\uffef]/g) || [text];
  const wide = one => [...one].reduce((sum, letter) => sum + (letter > "\u2fff" ? 2 : 1), 0) * LETTER;
  const found = [""];
  for (const word of words) {
    if (found.at(-1) && wide(found.at(-1) + word.trimEnd()) > room) found.push("");
    found[found.length - 1] += word;
  }
  return found.map(line => line.trimEnd());
}
function stacked(spec, room) {
  // One panel in a row, no wider than the page, with titles in lines and the legend in one column.
  return copied(spec, (key, value) => {
    if (key === "columns") return 1;
    if (key === "bounds") return "full";
    if (key === "spacing") return 24;
    if (key === "labelLimit") return Math.min(value, room - AXIS);
    if (key === "width" && value > room - AXIS) return room - AXIS;
    if (key === "title" && value && typeof value.text === "string") value.text = lines(value.text, room);
    if (key === "title" && value && typeof value.subtitle === "string") value.subtitle = lines(value.subtitle, room);
    return value;
  });
}
function across(spec) {
  // The panels of the widest row, together and without their axes.
  const inner = panels(spec);
  if (!inner) return spec.width || 0;
  const columns = spec.vconcat ? 1 : spec.columns || inner.length, rows = [];
  for (let i = 0; i < inner.length; i += columns) rows.push(inner.slice(i, i + columns).reduce((sum, one) => sum + across(one), 0));
  return Math.max(...rows);
}
function resized(spec, factor) {
  const one = {...spec};
  for (const key of ["concat", "hconcat", "vconcat"]) if (one[key]) one[key] = one[key].map(inner => resized(inner, factor));
  if (typeof one.width === "number") one.width = Math.floor(one.width * factor);
  return one;
}
function darkened(spec) {
  // Texts, axes and black marks in light colours; a condition's values lie on marks of their own colour.
  const ink = DARK.black, soft = DARK["#555"], grid = DARK["#e8e8e8"];
  const one = copied(spec, (key, value) => key === "value" ? value : DARK[value] ?? value), own = one.config || {};
  one.config = {...own, axis: {...own.axis, labelColor: ink, titleColor: ink, tickColor: soft, gridColor: grid},
    legend: {...own.legend, labelColor: ink, titleColor: ink}, title: {...own.title, color: ink, subtitleColor: soft}};
  return one;
}
async function embed(place, spec) {
  await vegaEmbed(place, spec, {actions: false, renderer: "svg"});
  return Number(place.querySelector("svg").getAttribute("width"));
}
async function drawIn(place, spec) {
  const shown = dark.matches ? darkened(spec) : spec;
  if (narrow.matches) return embed(place, stacked(shown, place.closest("main").clientWidth));  // beside others it is empty yet
  const room = place.clientWidth;
  const width = await embed(place, shown), own = across(shown);
  const factor = own ? (room - (width - own)) / own : 1;
  if (!place.classList.contains("fixed") && Math.abs(factor - 1) > 0.02) await embed(place, resized(shown, Math.max(factor, 0.5)));
}
function draw() {
  for (const place of document.querySelectorAll(`main[lang=${document.body.dataset.lang}] .chart`)) {
    const how = `${narrow.matches} ${dark.matches}`;
    if (place.dataset.drawn === how || !place.offsetParent) continue;  // what is hidden waits until it is shown
    place.dataset.drawn = how;
    drawIn(place, specs[place.dataset.spec]);
  }
}
function show(language) {
  document.body.dataset.lang = document.documentElement.lang = language;
  draw();
}
for (const query of [narrow, dark]) query.addEventListener("change", draw);
for (const details of document.querySelectorAll("main details")) details.addEventListener("toggle", draw);
for (const button of document.querySelectorAll("main > button"))
  button.onclick = () => show(document.body.dataset.lang === "en" ? "ja" : "en");
