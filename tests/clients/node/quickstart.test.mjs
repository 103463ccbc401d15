// The code that docs/clients.md shows for openai for Node.

import assert from "node:assert/strict";
import { test } from "node:test";
// docs: openai for Node, OpenAI
import OpenAI from "openai";
// docs: end
// docs: openai for Node, AzureOpenAI
import { AzureOpenAI } from "openai";
// docs: end
import { run, stack } from "./harness.mjs";

const key = "client-key";
const messages = [{ role: "user", content: "Hello" }];

stack();

for (const model of ["o1", "gpt-4.1", "gpt-5"]) {
  test(`OpenAI, ${model}`, async () => {
    const url = run.gateway;
    // docs: openai for Node, OpenAI
    const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: key });
    const answer = await client.chat.completions.create({ model, messages, temperature: 0.2, max_tokens: 900 });
    const text = answer.choices[0].message.content;
    // docs: end
    assert.equal(text, `${model} says: Hello`);
  });

  test(`AzureOpenAI, ${model}`, async () => {
    const url = run.gateway;
    // docs: openai for Node, AzureOpenAI
    const client = new AzureOpenAI({ endpoint: url, apiKey: key, apiVersion: "2024-10-21" });
    const stream = await client.chat.completions.create({ model, messages, max_tokens: 900, stream: true });
    let text = "";
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? "";
    // docs: end
    assert.equal(text, `${model} says: Hello`);
  });
}

for (const model of ["gpt-4.1", "gpt-5", "gpt-5-codex", "gpt-35-turbo"]) {
  test(`responses, ${model}`, async () => {
    const client = new OpenAI({ baseURL: `${run.gateway}/v1`, apiKey: key });
    // docs: openai for Node, Responses
    const stream = await client.responses.create({ model, input: "Hello", stream: true });
    let text = "";
    for await (const event of stream) if (event.type === "response.output_text.delta") text += event.delta;
    // docs: end
    assert.equal(text, `${model} says: Hello`);
  });
}
