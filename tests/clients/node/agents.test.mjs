// An agent: ten calls of a tool, one after the other, with models whose reasoning is sent back in encrypted form.

import assert from "node:assert/strict";
import { test } from "node:test";
import { everyKind, run } from "./harness.mjs";

const parameters = { type: "object", properties: { city: { type: "string" } }, required: ["city"] };
const tools = [{ type: "function", function: { name: "weather", parameters } }];
const ROUNDS = 10;

/** Runs the agent's loop. The assistant's messages are sent back as the SDK returned them. */
async function loop({ completions }, model, stream) {
  const messages = [{ role: "user", content: `[[sim: calls=${ROUNDS}]] How is the weather?` }];
  for (let round = 0; ; round += 1) {
    const call = { model, messages: [...messages], tools, reasoning_effort: "high" };
    const answer = stream ? await completions.stream(call).finalChatCompletion() : await completions.create(call);
    const { message } = answer.choices[0];
    messages.push(message);
    if (!message.tool_calls?.length) return [message.content, round];
    for (const { id, function: called } of message.tool_calls) {
      assert.ok("city" in JSON.parse(called.arguments));
      messages.push({ role: "tool", tool_call_id: id, content: `${round} degrees` });
    }
  }
}

everyKind((connect, kind) => {
  if (!["openai", "azure"].includes(kind)) return;

  for (const model of ["gpt-5.6-sol", "gpt-5-codex", "gpt-5-pro"]) {
    for (const stream of [false, true]) {
      test(`ten calls of a tool on ${model}, ${stream ? "streamed" : "whole"}`, async () => {
        const [said, rounds] = await loop(connect(model).chat, model, stream);
        assert.deepEqual([said, rounds], [`${model} says: the tool answered 9 degrees`, ROUNDS]);
        const calls = await run.simulator.received();
        assert.ok(calls.every((call) => call.path === "/openai/v1/responses"));
        const [, ...items] = calls.at(-1).body.input;
        const each = ["reasoning", "function_call", "function_call_output"];
        assert.deepEqual(items.map((item) => item.type), Array(ROUNDS).fill(each).flat());
        const sealed = items.flatMap((item) => item.encrypted_content ?? []);
        assert.equal(new Set(sealed).size, ROUNDS);
        calls.forEach(({ body }, at) => {
          assert.deepEqual(body.input.flatMap((item) => item.encrypted_content ?? []), sealed.slice(0, at));
        });
        const results = items.filter((item) => item.type === "function_call_output");
        assert.deepEqual(results.map((item) => item.output), Array.from(results, (_, at) => `${at} degrees`));
        const called = items.filter((item) => item.type === "function_call");
        assert.deepEqual(results.map((item) => item.call_id), called.map((item) => item.call_id));
      });
    }
  }
});
