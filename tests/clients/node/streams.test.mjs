// Streams: relayed where Azure streams, made by azgate where it does not.

import assert from "node:assert/strict";
import { test } from "node:test";
import { collect, everyKind, models, run } from "./harness.mjs";

const user = (content) => [{ role: "user", content }];

everyKind((connect, kind) => {
  for (const { model, streams } of models()) {
    test(`a stream from ${model} has the same content as a whole answer`, async () => {
      const messages = user("Count, bitte: eins, zwei, drei");
      const more = { stream: true, max_tokens: 900, temperature: 0.2 };
      const chunks = await collect(await connect(model).chat.completions.create({ model, messages, ...more }));
      const choices = chunks.flatMap((chunk) => chunk.choices);
      const content = choices.map((choice) => choice.delta.content ?? "").join("");
      assert.equal(content, `${model} says: Count, bitte: eins, zwei, drei`);
      assert.equal(choices[0].delta.role, "assistant");
      assert.deepEqual(choices.flatMap((choice) => choice.finish_reason ?? []), ["stop"]);
      assert.ok(!chunks.some((chunk) => chunk.usage), "usage was not asked for");
      assert.equal((await run.simulator.only()).body.stream === true, streams);
    });

    test(`usage comes last from ${model} if the client asks for it`, async () => {
      const more = { stream: true, stream_options: { include_usage: true } };
      const request = { model, messages: user("Hi"), ...more };
      const chunks = await collect(await connect(model).chat.completions.create(request));
      const last = chunks.pop();
      assert.deepEqual(last.choices, []);
      assert.equal(last.usage.total_tokens, last.usage.prompt_tokens + last.usage.completion_tokens);
      assert.ok(!chunks.some((chunk) => chunk.usage));
    });

    test(`the SDK's own accumulator agrees on ${model}`, async () => {
      const { completions } = connect(model).chat;
      const messages = user("[[sim: text=60]] Go");
      const stream = completions.stream({ model, messages });
      let deltas = "";
      stream.on("content", (delta) => (deltas += delta));
      const final = await stream.finalContent();
      const whole = await completions.create({ model, messages });
      assert.equal(final, whole.choices[0].message.content);
      assert.equal(deltas, final);
      assert.ok(final.includes("🙂") && final.includes("東京"));
    });

    // Azure's first chunk has no choices. Clients of Azure's own paths know that.
    if (kind !== "openai") continue;
    for (const directive of ["", "[[sim: async-filter]] "]) {
      test(`naive code works on ${model} ${directive}`, async () => {
        const messages = user(`${directive}Hello there`);
        const stream = await connect(model).chat.completions.create({ model, messages, stream: true });
        let said = "";
        for await (const chunk of stream) {
          assert.ok(chunk.id && chunk.model && chunk.object === "chat.completion.chunk");
          said += chunk.choices[0].delta.content ?? "";
        }
        assert.equal(said, `${model} says: Hello there`);
      });
    }
  }

  for (const stream of [false, true]) {
    test(`fifty at once, ${stream ? "streamed" : "whole"}`, async () => {
      const names = kind === "azure-deployment" ? ["gpt-5"] : models().map((row) => row.model);
      const client = connect(names[0]);
      const asked = Array.from({ length: 50 }, (_, at) => ({ model: names[at % names.length], text: `Call ${at}` }));
      const say = async ({ model, text }) => {
        const answer = await client.chat.completions.create({ model, messages: user(text), stream });
        if (!stream) return answer.choices[0].message.content;
        const chunks = await collect(answer);
        return chunks.flatMap((chunk) => chunk.choices.map((choice) => choice.delta.content ?? "")).join("");
      };
      const answers = await Promise.all(asked.map(say));
      assert.deepEqual(answers, asked.map(({ model, text }) => `${model} says: ${text}`));
      assert.equal((await run.simulator.received()).length, 50);
    });
  }
});
