// The Responses API: whole answers, streams, tools, structured output, images, errors. Models that Azure serves
// only in chat completions answer like all the others.

import assert from "node:assert/strict";
import { test } from "node:test";
import * as openai from "openai";
import { zodTextFormat } from "openai/helpers/zod";
import { z } from "zod";
import { RESPONSES_MODELS, collect, everyKind, models, rejects, run } from "./harness.mjs";

const PIXEL =
  "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5E" +
  "rkJggg==";
const parameters = {
  type: "object",
  properties: { city: { type: "string" } },
  required: ["city"],
  additionalProperties: false,
};
const tools = [{ type: "function", name: "weather", description: "The weather in a city", parameters, strict: true }];
const City = z.object({ name: z.string(), capital: z.boolean(), sights: z.array(z.string()) });

const rows = (wanted) => models(wanted, RESPONSES_MODELS);
const said = (events) => events.flatMap((event) => (event.type === "response.output_text.delta" ? event.delta : [])).join("");

/** Returns the response, also from a stream. */
async function final(client, stream, call) {
  if (!stream) return client.responses.create(call);
  const last = (await collect(await client.responses.create({ ...call, stream: true }))).pop();
  assert.equal(last.type, "response.completed");
  return last.response;
}

everyKind((connect, kind) => {
  for (const row of rows()) {
    const { model } = row;

    test(`a call to ${model}`, async () => {
      const settings = { instructions: "Be brief.", temperature: 0.2, max_output_tokens: 900 };
      const answer = await connect(model).responses.create({ model, input: "Hello, wörld", ...settings });
      assert.equal(answer.output_text, `${model} says: Hello, wörld`);
      assert.equal(answer.status, "completed");
      assert.equal(answer.usage.total_tokens, answer.usage.input_tokens + answer.usage.output_tokens);
      const { path, body } = await run.simulator.only();
      assert.equal(path, `/openai/v1/${row.responses ? "responses" : "chat/completions"}`);
      assert.equal(body.temperature, row.sampling ? 0.2 : undefined);
    });

    test(`a stream from ${model} has the same content as a whole answer`, async () => {
      const input = "Count, bitte: eins, zwei, drei";
      const events = await collect(await connect(model).responses.create({ model, input, stream: true }));
      assert.deepEqual(events.map((event) => event.sequence_number), events.map((_, at) => at));
      const last = events.at(-1);
      assert.equal(last.type, "response.completed");
      assert.equal(said(events), `${model} says: ${input}`);
      assert.equal(last.response.output.at(-1).content[0].text, said(events));
      assert.equal((await run.simulator.only()).body.stream === true, row.streams);
    });

    if (!["openai", "azure"].includes(kind)) continue;

    test(`the SDK's own accumulator agrees on ${model}`, async () => {
      const { responses } = connect(model);
      const call = { model, input: "[[sim: text=60]] Go" };
      const stream = responses.stream(call);
      const events = await collect(stream);
      const final = await stream.finalResponse();
      const whole = await responses.create(call);
      assert.equal(final.output_text, whole.output_text);
      assert.equal(said(events), whole.output_text);
    });

    for (const stream of [false, true]) {
      // The output of the model is sent back unchanged: with ids, states, and everything else.
      test(`a loop of tools on ${model}, ${stream ? "streamed" : "whole"}`, async () => {
        const client = connect(model);
        const input = [{ role: "user", content: "[[sim: calls=3]] How is the weather in Paris?" }];
        const results = [];
        const include = ["reasoning.encrypted_content"];
        let answer;
        for (;;) {
          answer = await final(client, stream, { model, input: [...input], tools, include });
          input.push(...answer.output);
          const calls = answer.output.filter((item) => item.type === "function_call");
          if (!calls.length) break;
          for (const { call_id, arguments: given } of calls) {
            assert.ok("city" in JSON.parse(given));
            results.push({ type: "function_call_output", call_id, output: `${results.length} degrees` });
            input.push(results.at(-1));
          }
        }
        assert.equal(answer.output.at(-1).content[0].text, `${model} says: the tool answered 2 degrees`);
        const { body } = (await run.simulator.received()).pop();
        const sent = row.responses
          ? body.input.filter((item) => item.type === "function_call_output")
          : body.messages.flatMap(({ role, tool_call_id: call_id, content: output }) =>
              role === "tool" ? { type: "function_call_output", call_id, output } : [],
            );
        assert.deepEqual(sent, results);
        assert.equal(results.length, 3);
      });
    }

    test(`structured output from ${model}`, async () => {
      const call = { model, input: "Tell me about Paris.", text: { format: zodTextFormat(City, "city") } };
      if (!row.schema) {
        await rejects(connect(model).responses.parse(call), openai.BadRequestError, { param: "text.format" });
        return;
      }
      const { output_parsed: city } = await connect(model).responses.parse(call);
      assert.ok(City.parse(city).sights.length > 0);
      assert.equal((await run.simulator.only()).body.text.format.strict, true);
    });

    test(`an image for ${model}`, async () => {
      const image = { type: "input_image", image_url: PIXEL, detail: "low" };
      const input = [{ role: "user", content: [{ type: "input_text", text: "What is it?" }, image] }];
      const look = connect(model).responses.create({ model, input });
      if (!row.images) {
        await rejects(look, openai.BadRequestError, { param: "input" });
        return;
      }
      assert.ok((await look).output_text.endsWith("What is it? (1 image)"));
      assert.deepEqual((await run.simulator.only()).body.input[0].content[1], image);
    });
  }

  if (!["openai", "azure"].includes(kind)) return;

  for (const { model } of rows({ parallel: true })) {
    test(`parallel calls of ${model}`, async () => {
      const input = "The weather in both, Paris and Rome?";
      for (const stream of [false, true]) {
        const answer = await final(connect(model), stream, { model, input, tools });
        const ids = answer.output.flatMap((item) => (item.type === "function_call" ? item.call_id : []));
        assert.equal(new Set(ids).size, 2);
      }
    });
  }

  const STATUSES = [
    ["400", openai.BadRequestError, 400],
    ["404", openai.NotFoundError, 404],
    ["429", openai.RateLimitError, 429],
    ["500", openai.InternalServerError, 500],
    ["html 502", openai.InternalServerError, 502],
    ["reset", openai.InternalServerError, 502],
    ["filter", openai.BadRequestError, 400],
  ];
  for (const model of ["gpt-5", "o1", "gpt-5-codex", "gpt-35-turbo"]) {
    for (const [words, error, status] of STATUSES) {
      test(`${words} from ${model}`, async () => {
        for (const stream of [false, true]) {
          await rejects(connect(model).responses.create({ model, input: `[[sim: ${words}]]`, stream }), error, { status });
        }
      });
    }
  }

  for (const model of ["gpt-5", "gpt-5-codex", "gpt-35-turbo"]) {
    test(`a stream from ${model} that breaks`, async () => {
      const stream = await connect(model).responses.create({ model, input: "[[sim: text=200 cut]]", stream: true });
      const events = [];
      const read = async () => {
        for await (const event of stream) events.push(event);
      };
      await rejects(read(), openai.APIError);
      assert.match(said(events), /lorem/);
    });

    test(`a stream from ${model} that the client leaves ends the call to Azure`, async () => {
      const input = "[[sim: text=500 pace=10ms]] Go";
      for await (const event of await connect(model).responses.create({ model, input, stream: true })) {
        if (event.type === "response.output_text.delta") break;
      }
      assert.equal(await run.simulator.ending(), "abandoned");
    });
  }

  test("a failed response has its status and error", async () => {
    const { responses } = connect("gpt-5");
    const call = { model: "gpt-5", input: "[[sim: failed]]" };
    const answer = await responses.create(call);
    assert.deepEqual([answer.status, answer.error.code], ["failed", "server_error"]);
    const last = (await collect(await responses.create({ ...call, stream: true }))).pop();
    assert.equal(last.type, "response.failed");
  });

  for (const stream of [false, true]) {
    test(`fifty at once, ${stream ? "streamed" : "whole"}`, async () => {
      const client = connect("gpt-5");
      const asked = Array.from({ length: 50 }, (_, at) => [rows()[at % rows().length].model, `Call ${at}`]);
      const say = async ([model, input]) => {
        const answer = await client.responses.create({ model, input, stream });
        return stream ? said(await collect(answer)) : answer.output_text;
      };
      const answers = await Promise.all(asked.map(say));
      assert.deepEqual(answers, asked.map(([model, text]) => `${model} says: ${text}`));
      assert.equal((await run.simulator.received()).length, 50);
    });
  }
});
