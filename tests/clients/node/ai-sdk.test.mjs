// The Vercel AI SDK in chat mode: @ai-sdk/openai, @ai-sdk/openai-compatible, and @ai-sdk/azure in its two ways.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
// docs: AI SDK, imports
import { createAzure } from "@ai-sdk/azure";
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { APICallError, Output, generateObject, generateText, isStepCount, streamText, tool } from "ai";
// docs: end
import { z } from "zod";
import { FRAMEWORK_MODELS, collect, models, run, stack } from "./harness.mjs";

// The SDK would log to the console what it leaves out.
globalThis.AI_SDK_LOG_WARNINGS = false;

const PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";

const KINDS = {
  openai(url, key, name) {
    // docs: AI SDK, openai
    const openai = createOpenAI({ baseURL: `${url}/v1`, apiKey: key });
    const model = openai.chat(name);
    // docs: end
    return model;
  },

  "openai-compatible"(url, key, name) {
    // docs: AI SDK, openai-compatible
    const azgate = createOpenAICompatible({
      name: "azgate",
      baseURL: `${url}/v1`,
      apiKey: key,
      includeUsage: true,
      supportsStructuredOutputs: true,
    });
    const model = azgate(name);
    // docs: end
    return model;
  },

  azure(url, key, name) {
    // docs: AI SDK, azure
    const azure = createAzure({ baseURL: `${url}/openai/v1`, apiKey: key });
    const model = azure.chat(name);
    // docs: end
    return model;
  },

  "azure-deployments"(url, key, name) {
    // docs: AI SDK, azure by deployment
    const options = { baseURL: `${url}/openai`, apiKey: key, useDeploymentBasedUrls: true, apiVersion: "2024-10-21" };
    const model = createAzure(options).chat(name);
    // docs: end
    return model;
  },
};

// docs: AI SDK, plain
async function ask(model, prompt) {
  const { text } = await generateText({ model, prompt });
  return text;
}
// docs: end

// docs: AI SDK, stream
async function* stream(model, prompt) {
  const { textStream } = streamText({ model, prompt, onError: ({ error }) => console.error(error) });
  yield* textStream;
}
// docs: end

// docs: AI SDK, tools
const weather = tool({
  description: "The weather in a city",
  inputSchema: z.object({ city: z.string() }),
  execute: async ({ city }) => `18 degrees in ${city}`,
});

async function askWithTools(model, prompt) {
  const { text } = await generateText({ model, prompt, tools: { weather }, stopWhen: isStepCount(5) });
  return text;
}
// docs: end

// docs: AI SDK, structured output
const City = z.object({ name: z.string(), capital: z.boolean(), sights: z.array(z.string()) });

async function describeCity(model, prompt) {
  const { output } = await generateText({ model, prompt, output: Output.object({ schema: City }) });
  return output;
}
// docs: end

// docs: AI SDK, image
async function look(model, question, png) {
  const content = [
    { type: "text", text: question },
    { type: "file", mediaType: "image/png", data: png },
  ];
  const { text } = await generateText({ model, messages: [{ role: "user", content }] });
  return text;
}
// docs: end

// docs: AI SDK, cancel
async function giveUp(model, prompt, milliseconds) {
  const { text } = await generateText({ model, prompt, abortSignal: AbortSignal.timeout(milliseconds) });
  return text;
}
// docs: end

/** Reads a stream to its end. Returns the text, the errors and all parts. */
async function read(model, prompt, more = {}) {
  const parts = await collect(streamText({ model, prompt, maxRetries: 0, onError() {}, ...more }).fullStream);
  const said = parts.flatMap((part) => (part.type === "text-delta" ? part.text : [])).join("");
  return { said, errors: parts.flatMap((part) => (part.type === "error" ? part.error : [])), parts };
}

stack();

for (const [kind, build] of Object.entries(KINDS)) {
  const connect = (name, key = "client-key") => build(run.gateway, key, name);

  describe(kind, () => {
    for (const row of FRAMEWORK_MODELS) {
      const says = (text) => `${row.serves} says: ${text}`;
      const { model: name } = row;

      test(`${name} with the defaults`, async () => {
        assert.equal(await ask(connect(name), "Hello"), says("Hello"));
        const received = await run.simulator.only();
        assert.equal(received.body.model, row.deployment);
        assert.equal(received.path, "/openai/v1/chat/completions");
      });

      test(`${name} with settings of another generation`, async () => {
        const settings = { instructions: "Be brief.", temperature: 0.2, maxOutputTokens: 900, topP: 0.5, seed: 7 };
        const answer = await generateText({ model: connect(name), prompt: "Hello, wörld", ...settings });
        assert.equal(answer.text, says("Hello, wörld"));
        assert.equal(answer.finishReason, "stop");
        const { body } = await run.simulator.only();
        // If @ai-sdk/openai knows the name, it drops the temperature itself.
        const guessed = kind !== "openai-compatible" && name.startsWith("gpt-5");
        assert.equal(body.temperature, row.sampling && !guessed ? 0.2 : undefined);
        const caps = Object.entries(body).filter(([key]) => key.startsWith("max_"));
        assert.deepEqual(caps.map(([, value]) => value), [900]);
      });

      test(`a stream from ${name}`, async () => {
        const said = await collect(stream(connect(name), "Count: one, two"));
        assert.equal(said.join(""), says("Count: one, two"));
        assert.equal((await run.simulator.only()).body.stream === true, row.streams);
      });

      test(`usage at the end of a stream from ${name}`, async () => {
        const result = streamText({ model: connect(name), prompt: "Hello" });
        await result.consumeStream();
        assert.ok((await result.usage).outputTokens > 0);
        assert.equal(await result.finishReason, "stop");
      });

      test(`a loop of tools with ${name}`, async () => {
        const answer = await askWithTools(connect(name), "How is the weather in Paris?");
        assert.equal(answer, says('the tool answered 18 degrees in city'));
        const [first, second] = await run.simulator.received();
        assert.equal(first.body.tools[0].function.name, "weather");
        const [call, result] = second.body.messages.slice(-2);
        assert.equal(result.tool_call_id, call.tool_calls[0].id);
      });

      test(`a streamed loop of tools with ${name}`, async () => {
        const more = { tools: { weather }, stopWhen: isStepCount(5) };
        const { said, parts } = await read(connect(name), "How is the weather in Paris?", more);
        assert.equal(said, says("the tool answered 18 degrees in city"));
        const [call] = parts.filter((part) => part.type === "tool-call");
        assert.equal(call.toolName, "weather");
        assert.ok("city" in call.input);
      });

      test(`structured output from ${name}`, async () => {
        const city = await describeCity(connect(name), "Tell me about Paris.");
        assert.ok(City.parse(city).sights.length > 0);
        const { body } = await run.simulator.only();
        assert.equal(body.response_format.json_schema.strict, true);
      });

      test(`generateObject with ${name}`, async () => {
        const { object } = await generateObject({ model: connect(name), prompt: "Tell me about Paris.", schema: City });
        assert.ok(City.parse(object).sights.length > 0);
      });
    }

    for (const { model: name, serves } of models({ images: true }, FRAMEWORK_MODELS)) {
      test(`an image for ${name}`, async () => {
        const png = Buffer.from(PIXEL, "base64");
        assert.equal(await look(connect(name), "What is it?", png), `${serves} says: What is it? (1 image)`);
        const { content } = (await run.simulator.only()).body.messages[0];
        assert.equal(content[1].image_url.url, `data:image/png;base64,${PIXEL}`);
      });
    }

    for (const name of ["gpt-4o", "o1"]) {
      test(`a call to ${name} that is cancelled ends the call to Azure`, async () => {
        await assert.rejects(giveUp(connect(name), "[[sim: slow=60s]] Go", 300), { name: /TimeoutError|AbortError/ });
        assert.equal(await run.simulator.ending(), "abandoned");
      });
    }

    test("a stream that is cancelled ends the call to Azure", async () => {
      const controller = new AbortController();
      const options = { model: connect("gpt-4o"), prompt: "[[sim: text=5000 pace=10ms]] Go", onError() {} };
      for await (const text of streamText({ ...options, abortSignal: controller.signal }).textStream) {
        if (text) controller.abort();
      }
      assert.equal(await run.simulator.ending(), "abandoned");
    });

    for (const [how, say] of [["whole", ask], ["stream", async (...call) => (await collect(stream(...call))).join("")]]) {
      test(`fifty at once, ${how}`, async () => {
        const texts = Array.from({ length: 50 }, (_, at) => `Call ${at}`);
        const model = connect("team-red");
        const answers = await Promise.all(texts.map((text) => say(model, text)));
        assert.deepEqual(answers, texts.map((text) => `gpt-5.1 says: ${text}`));
        assert.equal((await run.simulator.received()).length, 50);
      });
    }

    const ERRORS = [
      ["429 retry-after=7", 429, /exceeded the token rate limit/],
      ["filter", 400, /content management policy/],
      ["503", 503, /Service Unavailable/],
      ["html 502", 502, /Bad Gateway/],
    ];
    for (const name of ["gpt-4o", "o1"]) {
      for (const [words, status, message] of ERRORS) {
        const check = (error) => {
          assert.ok(APICallError.isInstance(error), String(error));
          assert.equal(error.statusCode, status);
          assert.match(error.message, message);
          if (status === 429) assert.equal(error.responseHeaders["retry-after"], "7");
          return true;
        };

        test(`${words} from ${name}`, () =>
          assert.rejects(generateText({ model: connect(name), prompt: `[[sim: ${words}]]`, maxRetries: 0 }), check));

        test(`${words} from ${name}, streamed`, async () => {
          const { errors } = await read(connect(name), `[[sim: ${words}]]`);
          assert.equal(errors.length, 1);
          check(errors[0]);
        });
      }
    }

    for (const name of ["gpt-5.4", "gpt-5.6-sol", "gpt-6-sol"]) {
      test(`tools with ${name}`, async () => {
        const answer = await askWithTools(connect(name), "How is the weather in Paris?");
        assert.equal(answer, `${name} says: the tool answered 18 degrees in city`);
      });
    }

    test("the SDK's retries wait as long as Azure asks", async () => {
      await run.simulator.fault("429 retry-after-ms=20", 2);
      const begin = performance.now();
      assert.equal(await ask(connect("gpt-4o"), "Hello"), "gpt-4o says: Hello");
      // Without the header the SDK waits two seconds, then four.
      assert.ok(performance.now() - begin < 1900);
      assert.equal((await run.simulator.received()).length, 3);
    });

    const refused = (model, members) =>
      assert.rejects(generateText({ model, prompt: "Hello", maxRetries: 0 }), (error) => {
        assert.ok(APICallError.isInstance(error), String(error));
        assert.equal(error.statusCode, members.status);
        assert.match(error.message, members.message);
        return true;
      });

    test("a wrong key", async () => {
      await refused(connect("gpt-4o", "no-such-key"), { status: 401, message: /key/ });
      assert.deepEqual(await run.simulator.received(), []);
    });

    test("an unknown model", async () => {
      await refused(connect("no-such-model"), { status: 404, message: /no-such-model/ });
      assert.deepEqual(await run.simulator.received(), []);
    });

    for (const name of ["gpt-4o", "gpt-5"]) {
      for (const words of ["cut", "error-event"]) {
        test(`${words} in the middle of a stream from ${name}`, async () => {
          const { said, errors } = await read(connect(name), `[[sim: text=200 ${words}]]`);
          assert.match(said, /lorem/);
          assert.equal(errors.length, 1);
          assert.match(String(errors[0].message ?? errors[0]), /broke off|server had an error/);
        });
      }
    }
  });
}

describe("tools that Azure runs", () => {
  // In chat mode the SDK sends only functions, so `fetch` adds the other tools to the request.
  const tools = [{ type: "file_search", vector_store_ids: ["vs_1"] }, { type: "code_interpreter" }, { type: "web_search" }];
  const added = (url, init) => fetch(url, { ...init, body: JSON.stringify({ ...JSON.parse(init.body), tools }) });
  const connect = (name) => createOpenAI({ baseURL: `${run.loneGateway}/v1`, apiKey: "client-key", fetch: added }).chat(name);
  const cited = [["vs_1.txt", "azgate:file/assistant-vs_1"], ["Found", "https://example.com/found"]];
  const named = ({ title, url }) => [title, url];

  for (const name of ["gpt-4.1", "gpt-5", "gpt-5-codex"]) {
    test(`citations of ${name}`, async () => {
      const { text, sources } = await generateText({ model: connect(name), prompt: "What is new?" });
      assert.equal(text, `${name} says: What is new?`);
      assert.deepEqual(sources.map(named), cited);
    });

    test(`citations of ${name}, streamed`, async () => {
      const { said, errors, parts } = await read(connect(name), "What is new?");
      assert.deepEqual([said, errors], [`${name} says: What is new?`, []]);
      assert.deepEqual(parts.filter(({ type }) => type === "source").map(named), cited);
    });
  }
});
