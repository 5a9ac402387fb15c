// Runs an exported model in onnxruntime-web, under Node: node web.mjs PACKAGE MODEL.onnx INPUTS.json
// The inputs are {name: {type, dims, data}}; the outputs are printed in the same form.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [folder, model, inputs] = process.argv.slice(2);
const ort = await import(pathToFileURL(`${folder}/dist/ort.wasm.bundle.min.mjs`));
ort.env.wasm.numThreads = 1;
ort.env.wasm.wasmBinary = readFileSync(`${folder}/dist/ort-wasm-simd-threaded.wasm`);
const session = await ort.InferenceSession.create(readFileSync(model));
const typed = { float32: Float32Array, float64: Float64Array, int32: Int32Array, uint8: Uint8Array };
const given = Object.fromEntries(
  Object.entries(JSON.parse(readFileSync(inputs))).map(([name, { type, dims, data }]) => [
    name,
    new ort.Tensor(type, typed[type].from(data), dims),
  ]),
);
const found = await session.run(given);
console.log(
  JSON.stringify(
    Object.fromEntries(Object.entries(found).map(([name, { type, dims, data }]) => [name, { type, dims, data: [...data] }])),
  ),
);
