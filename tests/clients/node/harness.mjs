// Runs the built azgate (its path is in AZGATE_BIN) as two processes, simulator and gateway, and builds SDK clients.
// Every test checks what the client got and what the simulator received.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import dns from "node:dns";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { after, before, beforeEach, describe } from "node:test";
import { fileURLToPath } from "node:url";
import OpenAI, { AzureOpenAI } from "openai";

const here = (name) => new URL(`../${name}`, import.meta.url);

export const MODELS = JSON.parse(readFileSync(here("models.json"), "utf8"));
export const FRAMEWORK_MODELS = JSON.parse(readFileSync(here("frameworks.json"), "utf8"));
export const RESPONSES_MODELS = JSON.parse(readFileSync(here("responses.json"), "utf8"));

// A developer's own account and proxies must not leak into the tests.
const environment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(azgate|azure|openai)_|_proxy$/i.test(name)),
);
for (const name of Object.keys(process.env)) if (/^(azure|openai)_/i.test(name)) delete process.env[name];

// No test may use the internet.
const { lookup } = dns;
dns.lookup = (host, ...rest) =>
  host === "127.0.0.1" ? lookup(host, ...rest) : rest.at(-1)(new Error(`${host} is not this machine`));

const children = [];

/** Starts a command of azgate. Resolves to the child and the URL that the command prints first. */
async function start(args, variables = {}) {
  const options = { env: { ...environment, ...variables }, stdio: ["ignore", "pipe", "inherit"] };
  const child = spawn(process.env.AZGATE_BIN, args, options);
  children.push(child);
  const lines = createInterface({ input: child.stdout });
  const [line] = await Promise.race([once(lines, "line"), once(child, "exit").then(() => ["nothing"])]);
  const url = line.match(/http:\/\/127\.0\.0\.1:\d+/)?.[0];
  assert.ok(url, `azgate ${args[0]} printed no address: ${line}`);
  return { child, url };
}

export function startSimulator(...more) {
  const deployments = FRAMEWORK_MODELS.map((row) => `--deployment=${row.deployment}=${row.serves}`);
  return start(["sim", "--listen", "127.0.0.1:0", "--key", "azure-key", ...deployments, ...more]);
}

/** Starts the gateway of azgate.toml in front of a simulator. */
export function startGateway(simulator) {
  const endpoints = ["V1", "DATED", "WRONG-KEY"].map((name) => [`AZGATE_RESOURCES__${name}__ENDPOINT`, simulator]);
  const variables = { SIM_KEY: "azure-key", WRONG_KEY: "another-key", ...Object.fromEntries(endpoints) };
  const config = fileURLToPath(here("azgate.toml"));
  return start(["serve", "--config", config, "--listen", "127.0.0.1:0"], variables);
}

/** Starts a gateway without a configuration. It has no keys, so its callers share what Azure stores. */
function startLoneGateway(simulator) {
  const account = { AZURE_OPENAI_ENDPOINT: simulator, AZURE_OPENAI_API_KEY: "azure-key", AZGATE_LOG__LEVEL: "warn" };
  return start(["serve", "--listen", "127.0.0.1:0"], account);
}

/** Ends every process that was started. */
export const stopAll = () => Promise.all(children.map(stop));

async function stop(child) {
  child.kill("SIGTERM");
  const [code] = await once(child, "exit");
  assert.equal(code, 0, "azgate did not stop in order");
}

/** The simulator, with its own endpoints. */
class Simulator {
  constructor(url) {
    this.url = url;
  }

  async #call(method, path, body) {
    const answer = await fetch(`${this.url}/__sim/${path}`, { method, body: body && JSON.stringify(body) });
    assert.ok(answer.ok, await answer.clone().text());
    return answer;
  }

  async clear() {
    await this.#call("DELETE", "requests");
    await this.#call("DELETE", "faults");
  }

  /** Orders a fault for the next calls. */
  fault(words, times = 1) {
    return this.#call("POST", "faults", { fault: words, times });
  }

  /** Returns every call of a model since the test began. */
  async received() {
    const calls = await (await this.#call("GET", "requests")).json();
    return calls.filter((call) => call.method === "POST").map((call) => ({ ...call, body: JSON.parse(call.body || "null") }));
  }

  /** Returns the only call that was received. */
  async only() {
    const calls = await this.received();
    assert.equal(calls.length, 1);
    return calls[0];
  }

  /** Waits for the end of the only answer. Returns `complete` or `abandoned`. */
  async ending() {
    const begin = performance.now();
    for (;;) {
      const { ending } = await this.only();
      if (ending) return ending;
      assert.ok(performance.now() - begin < 10_000, "the call to Azure is still open");
    }
  }
}

/** The processes that a file of tests uses. `stack` fills it before the first test. */
export const run = { simulator: undefined, gateway: undefined, loneGateway: undefined };

const KINDS = {
  openai: (url, model, options) => new OpenAI({ baseURL: `${url}/v1`, ...options }),
  azure: (url, model, options) => new AzureOpenAI({ endpoint: url, apiVersion: "2024-10-21", ...options }),
  "azure-deployment": (url, model, options) =>
    new AzureOpenAI({ endpoint: url, deployment: model, apiVersion: "2024-10-21", ...options }),
  "azure-v1": (url, model, options) =>
    new AzureOpenAI({ baseURL: `${url}/openai/v1`, apiVersion: "preview", ...options }),
};

/** Builds a client of one kind. It does not retry unless the options say so. */
export function build(kind, url, model, options = {}) {
  return KINDS[kind](url, model, { apiKey: "client-key", maxRetries: 0, ...options });
}

/** Declares that the tests of a file need simulator and gateway. */
export function stack() {
  before(async () => {
    const simulator = await startSimulator();
    run.simulator = new Simulator(simulator.url);
    run.gateway = (await startGateway(simulator.url)).url;
    run.loneGateway = (await startLoneGateway(simulator.url)).url;
  });
  after(stopAll);
  beforeEach(() => run.simulator.clear());
}

/** Declares tests for every kind of client: `tests(connect, kind)`, where `connect(model)` returns a client. */
export function everyKind(tests) {
  stack();
  for (const kind of Object.keys(KINDS)) {
    describe(kind, () => tests((model, options) => build(kind, run.gateway, model, options), kind));
  }
}

/** Returns the rows of models.json, or of another list, that have these values. */
export function models(wanted = {}, of = MODELS) {
  return of.filter((row) => Object.entries(wanted).every(([key, value]) => row[key] === value));
}

/** Asserts that a promise is rejected with this class and these members. */
export const rejects = (promise, kind, members = {}) =>
  assert.rejects(promise, (error) => {
    assert.ok(error instanceof kind, `${error?.constructor?.name}: ${error}`);
    for (const [name, value] of Object.entries(members)) assert.equal(error[name], value, name);
    return true;
  });

/** Collects every element of an asynchronous iterable. */
export async function collect(iterable) {
  const all = [];
  for await (const one of iterable) all.push(one);
  return all;
}
