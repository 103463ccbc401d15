// Chat with models that Azure serves only on the Responses API, always or with the parameters of the call.

import assert from "node:assert/strict";
import { test } from "node:test";
import * as openai from "openai";
import { zodResponseFormat } from "openai/helpers/zod";
import { z } from "zod";
import { RESPONSES_MODELS, build, collect, everyKind, models, rejects, run } from "./harness.mjs";

const PIXEL =
  "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5E" +
  "rkJggg==";
const WEATHER = {
  name: "weather",
  description: "The weather in a city",
  parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
};
const tools = [{ type: "function", function: WEATHER }];
const City = z.object({ name: z.string(), capital: z.boolean(), sights: z.array(z.string()) });

const user = (content) => [{ role: "user", content }];
const choicesOf = (chunks) => chunks.flatMap((chunk) => chunk.choices);
const said = (chunks) => choicesOf(chunks).map((choice) => choice.delta.content ?? "").join("");

everyKind((connect, kind) => {
  for (const { model, streams } of models({ chat: false }, RESPONSES_MODELS)) {
    const completions = () => connect(model).chat.completions;

    test(`an old-style call to ${model}`, async () => {
      const messages = [{ role: "system", content: "Be brief." }, ...user("Hello, wörld")];
      const call = completions().create({ model, messages, temperature: 0.2, max_tokens: 900 });
      const { data: answer, response } = await call.withResponse();
      assert.equal(answer.choices[0].message.content, `${model} says: Hello, wörld`);
      assert.equal(answer.choices[0].finish_reason, "stop");
      assert.match(response.headers.get("x-azgate-edits"), /bridge\.responses/);
      const { path, body } = await run.simulator.only();
      assert.equal(path, "/openai/v1/responses");
      assert.deepEqual([body.max_output_tokens, body.store, body.temperature], [900, false, undefined]);
    });

    test(`a stream from ${model}`, async () => {
      const more = { stream: true, stream_options: { include_usage: true } };
      const chunks = await collect(await completions().create({ model, messages: user("Hello"), ...more }));
      assert.equal(said(chunks), `${model} says: Hello`);
      assert.deepEqual(choicesOf(chunks).flatMap((choice) => choice.finish_reason ?? []), ["stop"]);
      const last = chunks.pop();
      assert.deepEqual(last.choices, []);
      assert.ok(last.usage.completion_tokens_details.reasoning_tokens > 0);
      assert.ok(!chunks.some((chunk) => chunk.usage));
      assert.equal((await run.simulator.only()).body.stream === true, streams);
    });

    if (!["openai", "azure"].includes(kind)) continue;

    test(`the SDK's own accumulator agrees on ${model}`, async () => {
      const call = { model, messages: user("[[sim: text=60]] Go") };
      const final = await completions().stream(call).finalContent();
      assert.equal(final, (await completions().create(call)).choices[0].message.content);
    });

    test(`the SDK runs tools on ${model}`, async () => {
      const weather = { ...WEATHER, parse: JSON.parse, function: ({ city }) => `18 degrees in ${city}` };
      for (const stream of [false, true]) {
        const runner = completions().runTools({
          model,
          messages: user("How is the weather?"),
          tools: [{ type: "function", function: weather }],
          stream,
        });
        assert.equal(await runner.finalContent(), `${model} says: the tool answered 18 degrees in city`);
      }
    });

    test(`legacy functions on ${model}`, async () => {
      const call = { model, messages: user("How is the weather?"), functions: [WEATHER], function_call: { name: "weather" } };
      const { message } = (await completions().create(call)).choices[0];
      assert.equal(message.function_call.name, "weather");
      const choices = choicesOf(await collect(await completions().create({ ...call, stream: true })));
      const parts = choices.flatMap((choice) => choice.delta.function_call ?? []);
      assert.equal(parts.map((part) => part.arguments ?? "").join(""), message.function_call.arguments);
    });

    test(`an image for ${model}`, async () => {
      const image = { type: "image_url", image_url: { url: PIXEL, detail: "low" } };
      const messages = user([{ type: "text", text: "What is it?" }, image]);
      const answer = await completions().create({ model, messages });
      assert.ok(answer.choices[0].message.content.endsWith("What is it? (1 image)"));
    });

    test(`structured output from ${model}`, async () => {
      const format = zodResponseFormat(City, "city");
      const call = { model, messages: user("Tell me about Paris."), response_format: format };
      const answer = await completions().parse(call);
      assert.ok(City.parse(answer.choices[0].message.parsed).sights.length > 0);
    });
  }

  if (!["openai", "azure"].includes(kind)) return;

  for (const model of ["gpt-5.6-sol", "gpt-5-codex"]) {
    test(`parallel calls with an effort on ${model}`, async () => {
      const messages = user("The weather in both, Paris and Rome?");
      const call = { model, messages, tools, reasoning_effort: "high" };
      const { completions } = connect(model).chat;
      const whole = await completions.create(call);
      const streamed = await completions.stream(call).finalChatCompletion();
      for (const answer of [whole, streamed]) {
        assert.equal(new Set(answer.choices[0].message.tool_calls.map((one) => one.id)).size, 2);
      }
      const [{ path, body }] = await run.simulator.received();
      assert.deepEqual([path, body.reasoning.effort], ["/openai/v1/responses", "high"]);
    });
  }

  for (const model of ["o3-pro", "gpt-5-codex"]) {
    test(`errors of ${model}`, async () => {
      const say = (words, stream) => connect(model).chat.completions.create({ model, messages: user(`[[sim: ${words}]]`), stream });
      for (const stream of [false, true]) {
        await rejects(say("400", stream), openai.BadRequestError, { status: 400 });
        await rejects(say("429", stream), openai.RateLimitError, { status: 429 });
        await rejects(say("filter", stream), openai.BadRequestError, { code: "content_filter" });
        await rejects(say("reset", stream), openai.InternalServerError, { status: 502 });
      }
      await rejects(say("failed", false), openai.InternalServerError);
      await rejects(say("failed", true).then(collect), openai.APIError);
    });
  }

  for (const words of ["cut", "error-event", "unended"]) {
    test(`${words} in the middle of a stream`, async () => {
      const messages = user(`[[sim: text=200 ${words}]]`);
      const stream = await connect("gpt-5-codex").chat.completions.create({ model: "gpt-5-codex", messages, stream: true });
      const chunks = [];
      const read = async () => {
        for await (const chunk of stream) chunks.push(chunk);
      };
      await rejects(read(), openai.APIError);
      assert.match(said(chunks), /lorem/);
    });
  }

  test("a parameter that cannot be translated is refused by name", async () => {
    const call = { model: "gpt-5-codex", messages: user("Hi"), n: 3 };
    await rejects(connect("gpt-5-codex").chat.completions.create(call), openai.BadRequestError, { param: "n" });
    assert.deepEqual(await run.simulator.received(), []);
  });

  for (const model of ["gpt-4.1", "gpt-5", "gpt-5-codex"]) {
    for (const stream of [false, true]) {
      test(`hosted tools on ${model}, ${stream ? "streamed" : "whole"}`, async () => {
        const search = { type: "file_search", vector_store_ids: ["vs_1"] };
        const code = { type: "code_interpreter", container: { type: "auto" } };
        const call = { model, messages: user("What is new?"), tools: [search, code, { type: "web_search" }] };
        const { completions } = build(kind, run.loneGateway, model).chat;
        const answer = stream ? await completions.stream(call).finalChatCompletion() : await completions.create(call);
        const { content, annotations, context, azgate } = answer.choices[0].message;
        assert.equal(content, `${model} says: What is new?`);
        assert.ok(annotations.every(({ type }) => type === "url_citation"));
        const cited = annotations.map(({ url_citation: { title, url } }) => [title, url]);
        assert.deepEqual(cited, [["vs_1.txt", "azgate:file/assistant-vs_1"], ["Found", "https://example.com/found"]]);
        const [file, made] = azgate.annotations;
        assert.deepEqual([file.type, file.file_id], ["file_citation", "assistant-vs_1"]);
        assert.deepEqual([made.type, made.filename], ["container_file_citation", "plot.png"]);
        assert.equal(context.citations[0].title, "vs_1.txt");
        const kinds = azgate.output.map((item) => item.type).filter((type) => type.endsWith("_call"));
        assert.deepEqual(kinds, ["file_search_call", "code_interpreter_call", "web_search_call"]);
      });
    }
  }
});
