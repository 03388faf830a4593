// Runs a WASI program: node scripts/wasi-run.mjs PROGRAM [ARGUMENT]...
import { readFileSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { WASI } from "node:wasi";

// In a fast call, WASI may start a garbage collection that moves what the caller holds:
// Node.js then crashes at some later time (nodejs/node issue 46777).
setFlagsFromString("--no-turbo-fast-api-calls");

const args = process.argv.slice(2);
const wasi = new WASI({ version: "preview1", args, env: process.env, preopens: { ".": "." }, returnOnExit: true });
const program = await WebAssembly.compile(readFileSync(args[0]));
process.exitCode = wasi.start(await WebAssembly.instantiate(program, { wasi_snapshot_preview1: wasi.wasiImport }));
