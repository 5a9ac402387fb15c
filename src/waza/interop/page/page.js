// Draws or reads an image, and shows the model's probabilities. Everything it needs is in the page.
const { words, first, classes, height, width, channels } = JSON.parse(document.getElementById("facts").textContent);
const pad = document.getElementById("pad"), seen = document.getElementById("seen"), state = document.getElementById("state");
const pen = pad.getContext("2d", { willReadFrequently: true });
let language = first, session = null, ort = null, empty = true;

const say = () => {
  document.documentElement.lang = language;
  for (const one of document.querySelectorAll("[data-say]")) one.textContent = words[language][one.dataset.say];
  document.getElementById("language").textContent = words[language].other;
};
document.getElementById("language").onclick = () => {
  language = Object.keys(words).find((name) => name !== language);
  say();
};

const bytes = async (id, gzipped) => {
  const packed = Uint8Array.from(atob(document.getElementById(id).textContent), (letter) => letter.charCodeAt(0));
  if (!gzipped) return packed;
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
};

// The largest central part of a source with the model's aspect ratio, scaled to its size.
const scaled = (source, across, down) => {
  const scale = Math.min(across / width, down / height);
  const view = seen.getContext("2d", { willReadFrequently: true });
  view.imageSmoothingQuality = "high";
  view.fillStyle = "white";
  view.fillRect(0, 0, width, height);
  const wide = width * scale, high = height * scale;
  view.drawImage(source, (across - wide) / 2, (down - high) / 2, wide, high, 0, 0, width, height);
  const { data } = view.getImageData(0, 0, width, height);
  const pixels = new Uint8Array(height * width * channels);
  for (let i = 0; i < height * width; i++) {
    const [red, green, blue] = data.subarray(4 * i, 4 * i + 3);
    if (channels === 3) pixels.set([red, green, blue], 3 * i);
    else pixels[i] = Math.floor((299 * red + 587 * green + 114 * blue + 500) / 1000);
  }
  return pixels;
};

const answer = async (source, across, down) => {
  const images = new ort.Tensor("uint8", scaled(source, across, down), [1, height, width, channels]);
  const { probabilities } = await session.run({ images });
  const best = [...probabilities.data].map((share, place) => [share, classes[place]]).sort((a, b) => b[0] - a[0]);
  document.getElementById("answers").replaceChildren(
    ...best.slice(0, 10).map(([share, name]) => {
      const row = document.createElement("tr"), head = document.createElement("th"), cell = document.createElement("td");
      const meter = document.createElement("meter");
      head.scope = "row";
      head.textContent = name;
      meter.value = share;
      cell.append(meter, ` ${(100 * share).toFixed(1)} %`);
      row.append(head, cell);
      return row;
    }),
  );
};

const wipe = () => {
  const background = document.getElementById("background");
  pen.fillStyle = background ? background.value : "white";
  pen.fillRect(0, 0, pad.width, pad.height);
  empty = true;
  document.getElementById("answers").replaceChildren();
};

const shown = async (file) => {
  const image = await createImageBitmap(file);
  wipe();
  const scale = Math.min(pad.width / image.width, pad.height / image.height);
  const wide = image.width * scale, high = image.height * scale;
  pen.drawImage(image, (pad.width - wide) / 2, (pad.height - high) / 2, wide, high);
  if (session) await answer(image, image.width, image.height);
};

document.getElementById("file").onchange = (event) => event.target.files[0] && shown(event.target.files[0]);
document.body.ondragover = (event) => event.preventDefault();
document.body.ondrop = (event) => {
  event.preventDefault();
  if (event.dataTransfer.files[0]) shown(event.dataTransfer.files[0]);
};

if (channels === 1) {
  let last = null;
  const place = (event) => {
    const box = pad.getBoundingClientRect();
    return [((event.clientX - box.left) * pad.width) / box.width, ((event.clientY - box.top) * pad.height) / box.height];
  };
  pad.onpointerdown = (event) => {
    pad.setPointerCapture(event.pointerId);
    last = place(event);
  };
  pad.onpointermove = async (event) => {
    if (!last) return;
    const now = place(event);
    pen.strokeStyle = document.getElementById("background").value === "black" ? "white" : "black";
    pen.lineWidth = 20;
    pen.lineCap = pen.lineJoin = "round";
    pen.beginPath();
    pen.moveTo(...last);
    pen.lineTo(...now);
    pen.stroke();
    [last, empty] = [now, false];
  };
  pad.onpointerup = () => {
    last = null;
    if (session && !empty) answer(pad, pad.width, pad.height);
  };
  document.getElementById("clear").onclick = document.getElementById("background").onchange = wipe;
}

say();
wipe();
try {
  const script = new Blob([await bytes("runtime", false)], { type: "text/javascript" });
  ort = await import(URL.createObjectURL(script));
  ort.env.wasm.numThreads = 1;
  ort.env.wasm.wasmBinary = await bytes("wasm", true);
  session = await ort.InferenceSession.create(await bytes("model", false));
  state.remove();
  document.body.dataset.ready = "yes";
} catch (error) {
  state.dataset.say = "failed";
  state.textContent = `${words[language].failed} ${error.message}`;
}
