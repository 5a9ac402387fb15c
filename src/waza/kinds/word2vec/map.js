const SMALLEST = 0.6, LARGEST = 60, DOT = 2.6, NEAR = 12, GIVEN = 8, MARGIN = 40, FOOT = 80;
const {words, places, groups, neighbours, cosines, colours} = data;
const $ = id => document.getElementById(id);
const canvas = $("map"), draw2d = canvas.getContext("2d"), dark = matchMedia("(prefers-color-scheme: dark)");
const plain = text => text.normalize("NFKC").toLowerCase();
const spellings = words.map(plain);
let language, chosen = null, over = null, scale = 1, left = 0, top_ = 0, side = 1, listed = [], at = 0, waiting = false;

const say = (name, values = {}) => texts[language][name].replace(/{(\w+)}/g, (_, key) => values[key] ?? texts[language][key]);
const x = row => left + places[row][0] * side * scale, y = row => top_ + (1 - places[row][1]) * side * scale;
const colour = row => colours[groups[row] % colours.length].replace("#000000", dark.matches ? "#dddddd" : "#000000");

function redraw() { if (!waiting) { waiting = true; requestAnimationFrame(paint); } }
function paint() {
  waiting = false;
  const wide = innerWidth, high = innerHeight, ratio = devicePixelRatio || 1;
  if (canvas.width !== Math.round(wide * ratio) || canvas.height !== Math.round(high * ratio)) [canvas.width, canvas.height] = [Math.round(wide * ratio), Math.round(high * ratio)];
  draw2d.setTransform(ratio, 0, 0, ratio, 0, 0);
  draw2d.clearRect(0, 0, wide, high);
  const style = getComputedStyle(document.body), ink = style.getPropertyValue("--ink"), paper = style.getPropertyValue("--paper");
  const marked = chosen === null ? new Set() : new Set([chosen, ...neighbours[chosen]]);
  const seen = words.map((_, row) => row).filter(row => x(row) > -200 && x(row) < wide + 20 && y(row) > -20 && y(row) < high + 20);
  if (chosen !== null) {
    draw2d.strokeStyle = colour(chosen); draw2d.lineWidth = 1.2; draw2d.globalAlpha = 0.5;
    for (const other of neighbours[chosen]) { draw2d.beginPath(); draw2d.moveTo(x(chosen), y(chosen)); draw2d.lineTo(x(other), y(other)); draw2d.stroke(); }
  }
  const size = DOT * Math.min(2, Math.sqrt(scale) * 0.5 + 0.5);
  for (const row of seen) {
    draw2d.globalAlpha = marked.size && !marked.has(row) ? 0.25 : 0.85;
    draw2d.fillStyle = colour(row);
    draw2d.beginPath(); draw2d.arc(x(row), y(row), row === chosen ? size * 2 : size, 0, 7); draw2d.fill();
  }
  label(seen, marked, ink, paper, size);
  draw2d.globalAlpha = 1;
}
function label(seen, marked, ink, paper, size) {
  // First what is chosen, then by frequency; a label that would cover another is left out.
  const taken = [], order = [...[over, chosen].filter(row => row !== null), ...marked, ...seen];
  const done = new Set();
  for (const row of order) {
    if (done.has(row)) continue;
    done.add(row);
    const strong = marked.has(row) || row === over, letters = row === chosen || row === over ? 16 : strong ? 14 : 12;
    draw2d.font = `${strong ? 600 : 400} ${letters}px system-ui, "Noto Sans CJK JP", sans-serif`;
    const from = x(row) + size + 3, middle = y(row), to = from + draw2d.measureText(words[row]).width, half = letters * 0.62;
    if (row !== over && row !== chosen && taken.some(one => from < one[2] && to > one[0] && middle - half < one[3] && middle + half > one[1])) continue;
    taken.push([from - size - 4, middle - half, to + 4, middle + half]);
    draw2d.globalAlpha = marked.size && !strong ? 0.3 : 1;
    draw2d.lineWidth = 3; draw2d.lineJoin = "round"; draw2d.strokeStyle = paper; draw2d.fillStyle = ink; draw2d.textBaseline = "middle";
    draw2d.strokeText(words[row], from, middle); draw2d.fillText(words[row], from, middle);
  }
}
function whole() {
  const head = document.querySelector("header").offsetHeight, wide = innerWidth - 2 * MARGIN, high = innerHeight - head - MARGIN - FOOT;
  side = Math.max(100, Math.min(wide * 0.95, high)); scale = 1;
  left = (innerWidth - side) / 2; top_ = head + MARGIN + (high - side) / 2;
  redraw();
}
function zoom(factor, px = innerWidth / 2, py = innerHeight / 2) {
  const now = Math.max(SMALLEST, Math.min(LARGEST, scale * factor)), ratio = now / scale;
  left = px - (px - left) * ratio; top_ = py - (py - top_) * ratio; scale = now;
  redraw();
}
function choose(row, move = true) {
  chosen = row;
  $("panel").hidden = row === null; $("hint").hidden = row !== null;
  if (row !== null) {
    document.querySelector("aside h2").textContent = say("nearest", {word: words[row]});
    document.querySelector("aside ol").replaceChildren(...neighbours[row].map((other, i) => {
      const line = document.createElement("li"), name = document.createElement("span"), bar = document.createElement("meter"), value = document.createElement("i");
      name.textContent = words[other]; bar.value = Math.max(0, cosines[row][i]); value.textContent = cosines[row][i].toFixed(2); bar.title = value.title = say("cosine");
      line.append(name, bar, value); line.onclick = () => choose(other);
      return line;
    }));
    if (move) centre([row, ...neighbours[row]]);
    history.replaceState(null, "", "#" + encodeURIComponent(words[row]));
  }
  redraw();
}
function centre(rows) {
  // The word in the middle, with half of its neighbours in view.
  const row = rows[0], gaps = rows.slice(1).map(one => Math.hypot(places[one][0] - places[row][0], places[one][1] - places[row][1])).sort((a, b) => a - b);
  const reach = Math.max(gaps[Math.floor(gaps.length / 2)] ?? 0.2, 0.02), narrow = innerWidth <= 704, panel = narrow ? 0 : 140;
  scale = Math.max(1, Math.min(12, 0.3 * Math.min(innerWidth, innerHeight) / (reach * side)));
  left = innerWidth / 2 - panel - places[row][0] * side * scale; top_ = innerHeight * (narrow ? 0.34 : 0.5) - (1 - places[row][1]) * side * scale;
}
function matches(text) {
  const asked = plain(text.trim());
  if (!asked) return [];
  const rank = (spelling, row) => spelling === asked ? 0 : spelling.startsWith(asked) ? 1 : spelling.includes(asked) ? 2 : 3;
  return spellings.map((spelling, row) => [rank(spelling), row]).filter(one => one[0] < 3).sort((a, b) => a[0] - b[0] || a[1] - b[1]).slice(0, GIVEN).map(one => one[1]);
}
function list() {
  listed = matches($("word").value); at = 0;
  const lines = listed.map((row, i) => { const line = document.createElement("li"); line.textContent = words[row]; line.dataset.row = row; line.role = "option"; line.ariaSelected = i === at; line.onpointerdown = event => { event.preventDefault(); take(row); }; return line; });
  if (!lines.length && $("word").value.trim()) { const line = document.createElement("li"); line.className = "none"; line.textContent = say("none", {word: $("word").value.trim()}); lines.push(line); }
  $("found").replaceChildren(...lines); $("found").hidden = !lines.length; $("word").ariaExpanded = !!lines.length;
}
function take(row) { $("word").value = words[row]; $("found").hidden = true; choose(row); }
function nearest(px, py) {
  let best = null, least = NEAR;
  words.forEach((_, row) => { const gap = Math.hypot(x(row) - px, y(row) - py); if (gap < least) [best, least] = [row, gap]; });
  return best;
}
function speak(name) {
  language = name; document.documentElement.lang = name;
  for (const one of document.querySelectorAll("[data-say]")) one.textContent = say(one.dataset.say, {count: words.length.toLocaleString("en")});
  for (const one of document.querySelectorAll("[data-label]")) one.title = one.ariaLabel = say(one.dataset.label);
  $("word").placeholder = $("word").ariaLabel = say("search");
  if (chosen !== null) choose(chosen, false);
}
const held = new Map();
let moved = 0;
canvas.onpointerdown = event => { canvas.setPointerCapture(event.pointerId); held.set(event.pointerId, event); moved = 0; canvas.classList.add("held"); $("found").hidden = true; };
canvas.onpointermove = event => {
  const before = held.get(event.pointerId);
  if (!before) { const row = nearest(event.clientX, event.clientY); if (row !== over) { over = row; canvas.classList.toggle("over", row !== null); redraw(); } return; }
  const others = [...held.values()].filter(one => one.pointerId !== event.pointerId);
  if (others.length) {
    const gap = one => Math.hypot(one.clientX - others[0].clientX, one.clientY - others[0].clientY);
    zoom(gap(event) / Math.max(1, gap(before)), (event.clientX + others[0].clientX) / 2, (event.clientY + others[0].clientY) / 2);
  } else { left += event.clientX - before.clientX; top_ += event.clientY - before.clientY; redraw(); }
  moved += Math.hypot(event.clientX - before.clientX, event.clientY - before.clientY);
  held.set(event.pointerId, event);
};
canvas.onpointerup = canvas.onpointercancel = event => {
  held.delete(event.pointerId); canvas.classList.remove("held");
  if (moved < 5 && event.type === "pointerup") choose(nearest(event.clientX, event.clientY), false);
};
canvas.onwheel = event => { event.preventDefault(); zoom(Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.002)), event.clientX, event.clientY); };
$("word").oninput = list; $("word").onfocus = list; $("word").onblur = () => { $("found").hidden = true; };
$("word").onkeydown = event => {
  if (event.key === "Enter" && listed.length) take(listed[at]);
  if (event.key === "Escape") $("found").hidden = true;
  if (listed.length && ["ArrowDown", "ArrowUp"].includes(event.key)) {
    event.preventDefault(); at = (at + (event.key === "ArrowDown" ? 1 : listed.length - 1)) % listed.length;
    [...$("found").children].forEach((line, i) => { line.ariaSelected = i === at; });
  }
};
document.onkeydown = event => {
  if (event.target === $("word")) return;
  if (event.key === "/") { event.preventDefault(); $("word").focus(); }
  if (event.key === "Escape") choose(null);
};
$("close").onclick = () => choose(null); $("in").onclick = () => zoom(1.5); $("out").onclick = () => zoom(1 / 1.5); $("whole").onclick = whole;
$("language").onclick = () => speak(language === "en" ? "ja" : "en");
addEventListener("resize", () => chosen === null ? whole() : redraw()); dark.addEventListener("change", redraw);
function start(name) {
  speak(name); whole();
  const row = words.indexOf(decodeURIComponent(location.hash.slice(1)));
  if (row >= 0) choose(row);
}
