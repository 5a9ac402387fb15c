const narrow = matchMedia("(max-width: 60rem)");
function fitting(spec, room) {
  // One panel in a row, no wider than the page: an axis and its labels take about 70 pixels.
  return JSON.parse(JSON.stringify(spec), (key, value) =>
    key === "columns" ? 1 : key === "bounds" ? "full" : key === "spacing" ? 24 :
    key === "width" && value > room - 70 ? room - 70 : value);
}
function draw() {
  for (const place of document.querySelectorAll(`main[lang=${document.body.dataset.lang}] .chart`)) {
    const how = narrow.matches ? "narrow" : "wide", spec = specs[place.dataset.spec];
    if (place.dataset.drawn === how || !place.offsetParent) continue;  // what is hidden waits until it is shown
    place.dataset.drawn = how;
    vegaEmbed(place, narrow.matches ? fitting(spec, place.closest("main").clientWidth) : spec, {actions: false, renderer: "svg"});
  }
}
function show(language) {
  document.body.dataset.lang = document.documentElement.lang = language;
  draw();
}
narrow.addEventListener("change", draw);
for (const details of document.querySelectorAll("main details")) details.addEventListener("toggle", draw);
for (const button of document.querySelectorAll("main > button"))
  button.onclick = () => show(document.body.dataset.lang === "en" ? "ja" : "en");
