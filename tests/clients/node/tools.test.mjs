// Tools: a round trip, streamed, in parallel, and in the legacy form.

import assert from "node:assert/strict";
import { test } from "node:test";
import { BadRequestError } from "openai";
import { collect, everyKind, models, run } from "./harness.mjs";

const WEATHER = {
  name: "weather",
  description: "The weather in a city",
  parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
};
const tools = [{ type: "function", function: WEATHER }];
const question = { role: "user", content: "How is the weather in Paris?" };

everyKind((connect) => {
  for (const { model } of models({ tools: true })) {
    test(`a round trip on ${model}`, async () => {
      const { completions } = connect(model).chat;
      const first = await completions.create({ model, messages: [question], tools, tool_choice: "auto", temperature: 0 });
      assert.equal(first.choices[0].finish_reason, "tool_calls");
      const [call] = first.choices[0].message.tool_calls;
      assert.ok("city" in JSON.parse(call.function.arguments));
      const result = { role: "tool", tool_call_id: call.id, content: "18 degrees" };
      const messages = [question, first.choices[0].message, result];
      const second = await completions.create({ model, messages, tools });
      assert.equal(second.choices[0].message.content, `${model} says: the tool answered 18 degrees`);
      const [one, two] = await run.simulator.received();
      if (one.body.input) {
        // The newest models take function tools with reasoning only on the Responses API.
        assert.equal(one.body.tools[0].name, "weather");
        assert.deepEqual(two.body.input.flatMap((item) => item.call_id ?? []), [call.id, call.id]);
        return;
      }
      assert.deepEqual(one.body.tools, tools);
      assert.equal(two.body.messages[1].tool_calls[0].id, call.id);
    });

    test(`streamed calls on ${model}`, async () => {
      const stream = await connect(model).chat.completions.create({ model, messages: [question], tools, stream: true });
      const choices = (await collect(stream)).flatMap((chunk) => chunk.choices);
      const deltas = choices.flatMap((choice) => choice.delta.tool_calls ?? []);
      assert.ok(deltas[0].id);
      assert.equal(deltas[0].function.name, "weather");
      assert.ok(!deltas.slice(1).some((delta) => delta.id), "the id comes once");
      assert.ok("city" in JSON.parse(deltas.map((delta) => delta.function.arguments ?? "").join("")));
      assert.deepEqual(choices.flatMap((choice) => choice.finish_reason ?? []), ["tool_calls"]);
    });

    test(`the SDK runs tools on ${model}`, async () => {
      const weather = { ...WEATHER, parse: JSON.parse, function: ({ city }) => `18 degrees in ${city}` };
      const runnable = [{ type: "function", function: weather }];
      const runner = connect(model).chat.completions.runTools({ model, messages: [question], tools: runnable, stream: true });
      assert.equal(await runner.finalContent(), `${model} says: the tool answered 18 degrees in city`);
    });
  }

  for (const { model } of models({ tools: false })) {
    test(`tools for ${model} are refused before Azure`, async () => {
      const call = connect(model).chat.completions.create({ model, messages: [question], tools });
      await assert.rejects(call, (error) => error instanceof BadRequestError && error.param === "tools");
      assert.deepEqual(await run.simulator.received(), []);
    });
  }

  test("parallel calls", async () => {
    const messages = [{ role: "user", content: "The weather in both, Paris and Rome?" }];
    const request = { model: "gpt-4.1", messages, tools };
    const { completions } = connect("gpt-4.1").chat;
    const whole = await completions.create(request);
    const streamed = await completions.stream(request).finalChatCompletion();
    for (const answer of [whole, streamed]) {
      const ids = answer.choices[0].message.tool_calls.map((call) => call.id);
      assert.equal(new Set(ids).size, 2);
    }
  });

  for (const model of ["gpt-4.1", "gpt-5", "o1", "o3-mini"]) {
    test(`legacy functions on ${model}`, async () => {
      const request = { model, messages: [question], functions: [WEATHER], function_call: { name: "weather" } };
      const { completions } = connect(model).chat;
      const { message } = (await completions.create(request)).choices[0];
      assert.equal(message.tool_calls, undefined);
      assert.equal(message.function_call.name, "weather");
      const choices = (await collect(await completions.create({ ...request, stream: true }))).flatMap((c) => c.choices);
      const parts = choices.flatMap((choice) => choice.delta.function_call ?? []);
      assert.equal(parts[0].name, "weather");
      assert.equal(parts.map((part) => part.arguments ?? "").join(""), message.function_call.arguments);
    });
  }
});
