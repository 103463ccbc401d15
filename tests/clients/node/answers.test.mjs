// Whole answers: what every client may send, and what Azure must receive.

import assert from "node:assert/strict";
import { test } from "node:test";
import { BadRequestError } from "openai";
import { FRAMEWORK_MODELS, MODELS, RESPONSES_MODELS, everyKind, models, run } from "./harness.mjs";

const PIXEL =
  "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5E" +
  "rkJggg==";

/** Makes a call as clients have made it for years. */
function oldStyle(client, model) {
  const messages = [
    { role: "system", content: "Be brief." },
    { role: "user", content: "Hello, wörld" },
  ];
  return client.chat.completions.create({ model, messages, temperature: 0.2, max_tokens: 900 });
}

/** Asserts that Azure received what it takes of that call. */
function checkOldStyle(row, body) {
  const roles = body.messages.map((message) => message.role).join();
  if (row.merges_system) {
    assert.equal(roles, "user");
    assert.ok(body.messages[0].content.startsWith("Be brief."));
  } else {
    assert.ok(["system,user", "developer,user"].includes(roles), roles);
  }
  assert.equal(body.temperature, row.sampling ? 0.2 : undefined);
  const caps = Object.entries(body).filter(([key]) => key.startsWith("max_"));
  assert.deepEqual(caps, [[row.cap, 900]]);
}

const CITY = {
  name: "City",
  strict: true,
  schema: {
    type: "object",
    properties: { name: { type: "string" }, sights: { type: "array", items: { type: "string" } } },
    required: ["name", "sights"],
    additionalProperties: false,
  },
};

everyKind((connect) => {
  for (const row of models()) {
    const { model } = row;

    test(`an old-style call to ${model}`, async () => {
      const answer = await oldStyle(connect(model), model);
      const [choice] = answer.choices;
      assert.match(choice.message.content, /says: .*Hello, wörld$/s);
      assert.equal(choice.finish_reason, "stop");
      assert.equal(answer.usage.total_tokens, answer.usage.prompt_tokens + answer.usage.completion_tokens);
      const received = await run.simulator.only();
      checkOldStyle(row, received.body);
      assert.equal(received.path, "/openai/v1/chat/completions");
      assert.equal(received.headers["api-key"], "***");
      const kept = Object.keys(received.headers).filter((name) => /^(x-stainless|authorization)/.test(name));
      assert.deepEqual(kept, []);
    });

    test(`an old-style call to ${model} on a dated surface`, async () => {
      await oldStyle(connect(`dated-${model}`), `dated-${model}`);
      const received = await run.simulator.only();
      checkOldStyle(row, received.body);
      const url = new URL(received.path, "http://simulator");
      assert.equal(url.pathname, `/openai/deployments/${model}/chat/completions`);
      assert.ok(url.searchParams.get("api-version") >= "2024-10-21");
    });

    test(`the headers list what was changed for ${model}`, async () => {
      const { response } = await oldStyle(connect(model), model).withResponse();
      const edits = response.headers.get("x-azgate-edits");
      assert.equal(edits === "none", model === "gpt-4.1");
      assert.equal(edits.includes("temperature"), !row.sampling);
      assert.equal(response.headers.get("x-azgate-deployment"), model);
      assert.ok(model.startsWith(response.headers.get("x-azgate-family")));
    });

    const image = { type: "image_url", image_url: { url: PIXEL, detail: "low" } };
    const content = [{ type: "text", text: "What is it?" }, image];
    const look = () => connect(model).chat.completions.create({ model, messages: [{ role: "user", content }] });

    test(`an image for ${model}`, async () => {
      if (!row.images) {
        await assert.rejects(look(), (error) => error instanceof BadRequestError && error.param.startsWith("messages"));
        assert.deepEqual(await run.simulator.received(), []);
        return;
      }
      const answer = await look();
      assert.ok(answer.choices[0].message.content.endsWith("What is it? (1 image)"));
      assert.deepEqual((await run.simulator.only()).body.messages[0].content[1], image);
    });

    const messages = [{ role: "user", content: "Tell me about Paris." }];
    const format = { type: "json_schema", json_schema: CITY };
    const shape = () => connect(model).chat.completions.parse({ model, messages, response_format: format });

    test(`structured output from ${model}`, async () => {
      if (!row.schema) {
        await assert.rejects(shape(), (error) => error instanceof BadRequestError && error.param === "response_format");
        assert.deepEqual(await run.simulator.received(), []);
        return;
      }
      const city = JSON.parse((await shape()).choices[0].message.content);
      assert.equal(typeof city.name, "string");
      assert.ok(Array.isArray(city.sights));
      assert.deepEqual((await run.simulator.only()).body.response_format, format);
    });
  }

  test("the models are those of the configuration", async () => {
    const client = connect("gpt-5");
    const ids = [];
    for await (const model of client.models.list()) ids.push(model.id);
    const wanted = [...MODELS, ...RESPONSES_MODELS].flatMap(({ model }) => [model, `dated-${model}`]);
    const all = new Set([...wanted, ...FRAMEWORK_MODELS.map((row) => row.model), "wrong-key"]);
    assert.deepEqual(ids.sort(), [...all].sort());
    const one = await client.models.retrieve("o1");
    assert.equal(one.family, "o1");
  });
});
