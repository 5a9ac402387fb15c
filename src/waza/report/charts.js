function show(language) {
  document.body.dataset.lang = document.documentElement.lang = language;
  for (const place of document.querySelectorAll(`main[lang=${language}] .chart:not([data-done])`)) {
    place.dataset.done = "yes";
    vegaEmbed(place, specs[place.dataset.spec], {actions: false, renderer: "svg"});
  }
}
for (const button of document.querySelectorAll("main > button"))
  button.onclick = () => show(document.body.dataset.lang === "en" ? "ja" : "en");
