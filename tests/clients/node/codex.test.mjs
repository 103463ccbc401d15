// The Codex CLI: a prompt, the shell as a tool, an image, a session that is resumed, and a conversation that is
// compacted; with models of the Responses API and of chat completions.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { run, stack } from "./harness.mjs";

const CODEX = createRequire(import.meta.url).resolve("@openai/codex/bin/codex.js");
const CONFIG = readFileSync(new URL("../codex.toml", import.meta.url), "utf8");
const PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

// Two models of the Responses API, one of which Codex knows by name and sends tools in items of the input; and two of
// chat completions.
const MODELS = ["gpt-5-codex", "gpt-5.6-sol", "gpt-4.1", "gpt-35-turbo"];

stack();

const folders = [];
after(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

/** A home of Codex's with a config, and a folder to work in. `ask` runs one prompt and returns what Codex printed. */
class Session {
  constructor(model, provider) {
    const root = mkdtempSync(join(tmpdir(), "azgate-codex-"));
    folders.push(root);
    this.home = join(root, "home");
    this.work = join(root, "work");
    for (const folder of [this.home, this.work]) mkdirSync(folder);
    this.model = model;
    const config = CONFIG.replace("http://127.0.0.1:8080", run.gateway);
    // The provider that Codex has built in speaks WebSocket first, and lets the server compact a conversation.
    writeFileSync(join(this.home, "config.toml"), provider ?? config);
    const account = { auth_mode: "apikey", OPENAI_API_KEY: "client-key" };
    writeFileSync(join(this.home, "auth.json"), JSON.stringify(account));
  }

  async ask(args, prompt, options = []) {
    const flags = ["--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox", "--json", "-m", this.model];
    const child = spawn(process.execPath, [CODEX, "exec", ...args, ...flags, ...options, prompt], {
      cwd: this.work,
      env: { PATH: process.env.PATH, HOME: this.home, CODEX_HOME: this.home, AZGATE_KEY: "client-key" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const texts = await Promise.all(
      [child.stdout, child.stderr].map(async (stream) => (await stream.setEncoding("utf8").toArray()).join("")),
    );
    const lines = texts[0].split("\n").filter((line) => line.startsWith("{"));
    const events = lines.map((line) => JSON.parse(line));
    const items = events.filter(({ type }) => type === "item.completed").map(({ item }) => item);
    const failed = events.some(({ type }) => type === "turn.failed");
    assert.ok(!failed && events.some(({ type }) => type === "turn.completed"), texts.join("\n"));
    return {
      said: items.filter(({ type }) => type === "agent_message").at(-1)?.text,
      commands: items.filter(({ type }) => type === "command_execution"),
      texts,
    };
  }
}

const OPENAI = () => `openai_base_url = "${run.gateway}/v1"\n`;

// How a compaction is asked for, and what stands for the conversation after it: on the Responses API, and in chat.
const ASKED = { Codex: /the next LLM seamlessly continue/, "the server": /"compaction_trigger"|nothing but the summary/ };
const COMPACTED = { Codex: /Another language model started/, "the server": /"type":"compaction"|replaced by this summary/ };

const last = (calls) => JSON.stringify(calls.at(-1).body);

for (const model of MODELS) {
  describe(model, () => {
    test("a prompt, the shell, and a session that is resumed", async () => {
      const session = new Session(model);
      const first = await session.ask([], "[[sim: args=pwd]] Where am I?");
      assert.match(first.said, new RegExp(`^${model} says: the tool answered `));
      // Codex gives gpt-5.6-sol a tool that runs JavaScript, and the simulator knows none.
      if (model !== "gpt-5.6-sol") {
        assert.match(first.said, /azgate-codex-/);
        assert.equal(first.commands.length, 1);
        assert.equal(first.commands[0].exit_code, 0);
      }
      const calls = await run.simulator.received();
      assert.ok(calls.length >= 2, "no tool was called");
      const second = await session.ask(["resume", "--last"], "[[sim: args=pwd]] And now?");
      assert.match(second.said, new RegExp(`^${model} says: the tool answered `));
      assert.match(last(await run.simulator.received()), /Where am I\?.*And now\?/s);
    });

    test("an image", { skip: model === "gpt-35-turbo" }, async () => {
      const session = new Session(model);
      const image = join(session.work, "dot.png");
      writeFileSync(image, Buffer.from(PNG, "base64"));
      await session.ask([], "[[sim: args=pwd]] Look.", ["--image", image, "--"]);
      assert.match(last(await run.simulator.received()), /data:image\/png;base64,/);
    });

    for (const [name, provider] of [
      ["Codex", () => undefined],
      ["the server", OPENAI],
    ]) {
      test(`a conversation that ${name} compacts`, async () => {
        const session = new Session(model, provider());
        await session.ask([], "[[sim: args=pwd]] Where am I?");
        const limit = ["-c", "model_auto_compact_token_limit=1000"];
        await run.simulator.clear();
        const answer = await session.ask(["resume", "--last"], "[[sim: refusal]] And now?", limit);
        const bodies = (await run.simulator.received()).map(({ body }) => JSON.stringify(body));
        const asked = bodies.findIndex((body) => ASKED[name].test(body));
        assert.ok(asked >= 0 && asked + 1 < bodies.length, answer.texts.join("\n"));
        assert.match(bodies[asked + 1], COMPACTED[name]);
      });
    }
  });
}

test("no WebSocket is tried twice", async () => {
  const session = new Session("gpt-5-codex", OPENAI());
  const begin = performance.now();
  const { said } = await session.ask([], "[[sim: args=pwd]] Where am I?");
  assert.match(said, /the tool answered/);
  assert.ok(performance.now() - begin < 5_000, "Codex tried again and again");
});
