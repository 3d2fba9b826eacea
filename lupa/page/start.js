// Reads what the page holds, and starts it.

import { start } from "./app.js";
import { unfolded } from "./unfold.js";

const held = (id) => document.getElementById(id)?.textContent.trim();
const packed = Uint8Array.from(atob(held("data")), (one) => one.charCodeAt(0));
const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
const text = await new Response(stream).text();
start(unfolded(JSON.parse(text)), JSON.parse(held("case") || "null"));
