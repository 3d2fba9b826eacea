// Reads what the page holds, and starts it.

import { start } from "./app.js";
import { bytesOf } from "./packed.js";
import { unfolded } from "./unfold.js";

const held = (id) => document.getElementById(id)?.textContent.trim();
const stream = new Blob([bytesOf(held("data"))]).stream().pipeThrough(new DecompressionStream("deflate"));
const text = await new Response(stream).text();
start(unfolded(JSON.parse(text)), JSON.parse(held("case") || "null"));
