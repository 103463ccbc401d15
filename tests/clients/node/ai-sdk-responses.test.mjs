// The Vercel AI SDK over the Responses API, which is what `openai(name)` and `azure(name)` call.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createAzure } from "@ai-sdk/azure";
import { createOpenAI } from "@ai-sdk/openai";
import { APICallError, generateObject, generateText, isStepCount, streamText, tool } from "ai";
import { z } from "zod";
import { RESPONSES_MODELS, collect, models, run, stack } from "./harness.mjs";

// The SDK would log to the console what it leaves out.
globalThis.AI_SDK_LOG_WARNINGS = false;

const PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";

const KINDS = {
  openai(url, key, name) {
    // docs: AI SDK, Responses
    const openai = createOpenAI({ baseURL: `${url}/v1`, apiKey: key });
    const model = openai(name);
    // docs: end
    return model;
  },
  "openai.responses": (url, key, name) => createOpenAI({ baseURL: `${url}/v1`, apiKey: key }).responses(name),
  azure(url, key, name) {
    // docs: AI SDK, Responses on Azure's path
    const azure = createAzure({ baseURL: `${url}/openai/v1`, apiKey: key });
    const model = azure(name);
    // docs: end
    return model;
  },
};

// docs: AI SDK, nothing stored
const providerOptions = { openai: { store: false }, azure: { store: false } };
// docs: end

const weather = tool({
  description: "The weather in a city",
  inputSchema: z.object({ city: z.string() }),
  execute: async ({ city }) => `18 degrees in ${city}`,
});
const City = z.object({ name: z.string(), sights: z.array(z.string()) });
const question = "[[sim: calls=3]] How is the weather in Paris?";
const stopWhen = isStepCount(9);

/** Reads a stream to its end. Returns the text and the errors. */
async function read(call) {
  const parts = await collect(streamText({ maxRetries: 0, onError() {}, ...call }).fullStream);
  const said = parts.flatMap((part) => (part.type === "text-delta" ? part.text : [])).join("");
  return { said, errors: parts.flatMap((part) => (part.type === "error" ? part.error : [])) };
}

stack();

for (const [kind, build] of Object.entries(KINDS)) {
  describe(kind, () => {
    for (const row of models({ frameworks: true }, RESPONSES_MODELS)) {
      const connect = () => build(run.gateway, "client-key", row.model);
      const says = (text) => `${row.model} says: ${text}`;

      test(`${row.model} with settings of another generation`, async () => {
        const settings = { instructions: "Be brief.", temperature: 0.2, maxOutputTokens: 900, topP: 0.5 };
        const answer = await generateText({ model: connect(), prompt: "Hello, wörld", ...settings });
        assert.equal(answer.text, says("Hello, wörld"));
        assert.equal(answer.finishReason, "stop");
        const { path, body } = await run.simulator.only();
        assert.equal(path, `/openai/v1/${row.responses ? "responses" : "chat/completions"}`);
        // The SDK reads gpt-35-turbo as a version above 5, and itself leaves out the temperature.
        const guessed = row.model === "gpt-35-turbo";
        assert.equal(body.temperature, row.sampling && !guessed ? 0.2 : undefined);
      });

      test(`a stream from ${row.model}`, async () => {
        const result = streamText({ model: connect(), prompt: "Count: one, two" });
        assert.equal((await collect(result.textStream)).join(""), says("Count: one, two"));
        assert.ok((await result.usage).outputTokens > 0);
        assert.equal((await run.simulator.only()).body.stream === true, row.streams);
      });

      test(`a loop of tools with ${row.model}`, async () => {
        const call = { model: connect(), prompt: question, tools: { weather }, stopWhen, providerOptions };
        assert.equal((await generateText(call)).text, says("the tool answered 18 degrees in city"));
        assert.equal((await run.simulator.received()).length, 4);
        const { said, errors } = await read(call);
        assert.deepEqual([said, errors], [says("the tool answered 18 degrees in city"), []]);
      });

      // The call names objects that Azure has stored, so it needs the gateway whose callers share these objects.
      test(`a loop of tools with ${row.model} whose answers Azure stores`, async () => {
        const model = build(run.loneGateway, "client-key", row.model);
        const answer = await generateText({ model, prompt: question, tools: { weather }, stopWhen });
        assert.equal(answer.text, says("the tool answered 18 degrees in city"));
      });

      if (row.schema) {
        test(`generateObject with ${row.model}`, async () => {
          const { object } = await generateObject({ model: connect(), prompt: "Tell me about Paris.", schema: City });
          assert.ok(City.parse(object).sights.length > 0);
        });
      }

      if (row.images) {
        test(`an image for ${row.model}`, async () => {
          const file = { type: "file", mediaType: "image/png", data: Buffer.from(PIXEL, "base64") };
          const content = [{ type: "text", text: "What is it?" }, file];
          const { text } = await generateText({ model: connect(), messages: [{ role: "user", content }] });
          assert.equal(text, says("What is it? (1 image)"));
        });
      }
    }

    for (const name of ["gpt-5", "gpt-5-codex", "gpt-35-turbo"]) {
      const model = () => build(run.gateway, "client-key", name);

      test(`errors of ${name}`, async () => {
        for (const [words, status] of [["429 retry-after=7", 429], ["filter", 400], ["503", 503]]) {
          const prompt = `[[sim: ${words}]]`;
          const check = (error) => APICallError.isInstance(error) && error.statusCode === status;
          await assert.rejects(generateText({ model: model(), prompt, maxRetries: 0 }), check);
          const { errors } = await read({ model: model(), prompt });
          assert.ok(errors.length === 1 && check(errors[0]), String(errors));
        }
      });

      test(`a stream from ${name} that breaks`, async () => {
        const { said, errors } = await read({ model: model(), prompt: "[[sim: text=200 cut]]" });
        assert.match(said, /lorem/);
        assert.equal(errors.length, 1);
      });

      test(`a stream from ${name} that is cancelled ends the call to Azure`, async () => {
        const controller = new AbortController();
        const options = { model: model(), prompt: "[[sim: text=5000 pace=10ms]] Go", onError() {} };
        for await (const text of streamText({ ...options, abortSignal: controller.signal }).textStream) {
          if (text) controller.abort();
        }
        assert.equal(await run.simulator.ending(), "abandoned");
      });

      test(`a conversation with ${name} is sent back unchanged`, async () => {
        const messages = [{ role: "user", content: "Hello" }];
        const call = { model: model(), providerOptions };
        const first = await generateText({ ...call, messages });
        messages.push(...first.response.messages, { role: "user", content: "And again" });
        assert.equal((await generateText({ ...call, messages })).text, `${name} says: And again`);
      });
    }
  });
}
