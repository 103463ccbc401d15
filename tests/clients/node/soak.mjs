// Runs two thousand streams at once for a minute. Every stream must end in order, and the gateway's memory must not
// grow. AZGATE_BIN should be a release build. tests/long runs this script.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { startGateway, startSimulator, stopAll } from "./harness.mjs";

const STREAMS = 2000;
const SECONDS = Number(process.env.SOAK_SECONDS ?? 60);
/** The most memory that the gateway may hold with all streams open. */
const MOST_MEGABYTES = 400;
/** azgate makes the streams of o1 itself, and relays the others. */
const MODELS = ["gpt-4.1", "gpt-5", "gpt-5.1", "o1"];

const simulator = await startSimulator("--chunk-delay-ms", "250");
const gateway = await startGateway(simulator.url);
const agent = new Agent({ keepAlive: true, maxSockets: STREAMS });

/** Reads one stream to its end. */
function stream(model) {
  const slow = model === "o1" ? "slow=4s" : "";
  const messages = [{ role: "user", content: `[[sim: text=16 ${slow}]] Go` }];
  const options = { method: "POST", agent, headers: { authorization: "Bearer client-key" } };
  return new Promise((resolve, reject) => {
    const call = request(`${gateway.url}/v1/chat/completions`, options, (answer) => {
      let tail = "";
      answer.setEncoding("utf8");
      answer.on("data", (text) => (tail = (tail + text).slice(-40)));
      answer.on("error", reject);
      answer.on("end", () => {
        const whole = answer.statusCode === 200 && tail.endsWith("data: [DONE]\n\n");
        whole ? resolve() : reject(new Error(`${answer.statusCode} for ${model}, ends in ${JSON.stringify(tail)}`));
      });
    });
    call.on("error", reject);
    call.end(JSON.stringify({ model, messages, stream: true, max_tokens: 500 }));
  });
}

function megabytes() {
  const status = readFileSync(`/proc/${gateway.child.pid}/status`, "utf8");
  return Number(status.match(/VmRSS:\s+(\d+)/)[1]) / 1024;
}

const end = Date.now() + SECONDS * 1000;
let done = 0;

async function worker(at) {
  while (Date.now() < end) {
    await stream(MODELS[at % MODELS.length]);
    done += 1;
  }
}

const samples = [];
async function watch() {
  while (Date.now() < end) {
    await sleep(1000);
    samples.push(megabytes());
  }
}

await Promise.all([watch(), ...Array.from({ length: STREAMS }, (_, at) => worker(at))]);

// The first third is the warm-up.
const third = Math.floor(samples.length / 3);
const middle = Math.max(...samples.slice(third, 2 * third));
const last = Math.max(...samples.slice(2 * third));
console.log(`${done} streams, ${STREAMS} at once; resident: ${middle.toFixed()} MB, then ${last.toFixed()} MB`);
assert.ok(done >= STREAMS, "not even one round");
assert.ok(last < MOST_MEGABYTES, `${last} MB is more than ${MOST_MEGABYTES}`);
assert.ok(last < middle * 1.15 + 8, `memory grows: ${samples.map((sample) => sample.toFixed()).join(" ")}`);
agent.destroy();
await stopAll();
