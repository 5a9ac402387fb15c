// Draws a stroke in an exported page in Chromium, and prints what the page answers:
// node --experimental-websocket browser.mjs PAGE.html PROFILE [PICTURE.png]
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [page, profile, picture] = process.argv.slice(2);
const options = ["--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0", `--user-data-dir=${profile}`];
const browser = spawn("chromium", [...options, "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", "--window-size=900,700", "about:blank"]);
const address = await new Promise((found) => {
  browser.stderr.on("data", (text) => {
    const match = /ws:\/\/[^\s/]+/.exec(text);
    if (match) found(match[0].replace("ws:", "http:"));
  });
});
const [tab] = (await (await fetch(`${address}/json`)).json()).filter((one) => one.type === "page");
const socket = new WebSocket(tab.webSocketDebuggerUrl), waiting = new Map();
await new Promise((open) => (socket.onopen = open));
socket.onmessage = ({ data }) => {
  const { id, result } = JSON.parse(data);
  waiting.get(id)?.(result);
};
let count = 0;
const call = (method, params = {}) =>
  new Promise((done) => {
    waiting.set(++count, done);
    socket.send(JSON.stringify({ id: count, method, params }));
  });
const value = async (expression) => (await call("Runtime.evaluate", { expression, returnByValue: true })).result.value;
const until = async (expression) => {
  while (!(await value(expression))) await new Promise((later) => setTimeout(later, 100));
};

await call("Page.navigate", { url: pathToFileURL(page).href });
await until("document.body?.dataset.ready === 'yes'");
const { x, y } = await value("(({x, y}) => ({x, y}))(document.getElementById('pad').getBoundingClientRect())");
const mouse = (type, down) => call("Input.dispatchMouseEvent", { type, x: x + 140, y: y + down, button: "left", buttons: 1, clickCount: 1 });
await mouse("mousePressed", 40);
for (let down = 50; down < 250; down += 10) await mouse("mouseMoved", down);
await mouse("mouseReleased", 240);
await until("document.querySelectorAll('#answers tr').length > 0");
if (picture) writeFileSync(picture, Buffer.from((await call("Page.captureScreenshot")).data, "base64"));
console.log(
  await value(`JSON.stringify({
    answers: [...document.querySelectorAll("#answers tr")].map((row) => [row.cells[0].textContent, row.querySelector("meter").value]),
    pixels: [...document.getElementById("seen").getContext("2d").getImageData(0, 0, 28, 28).data].filter((_, i) => i % 4 === 0),
  })`),
);
browser.kill();
process.exit(0);
