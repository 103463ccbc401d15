// @openai/agents over chat completions and the Responses API.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  Agent,
  OpenAIChatCompletionsModel,
  OpenAIResponsesModel,
  run as runAgent,
  setTracingDisabled,
  tool,
} from "@openai/agents";
import OpenAI from "openai";
import { z } from "zod";
import { FRAMEWORK_MODELS, RESPONSES_MODELS, run, stack } from "./harness.mjs";

setTracingDisabled(true);

const key = "client-key";

const KINDS = {
  chat: (url, model) => {
    // docs: OpenAI Agents, chat
    const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: key });
    const llm = new OpenAIChatCompletionsModel(client, model);
    // docs: end
    return llm;
  },
  responses: (url, model) => {
    // docs: OpenAI Agents, Responses
    const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: key });
    const llm = new OpenAIResponsesModel(client, model);
    // docs: end
    return llm;
  },
};

// docs: OpenAI Agents, tools
const weather = tool({
  name: "weather",
  description: "The weather in a city",
  parameters: z.object({ city: z.string() }),
  execute: async ({ city }) => `18 degrees in ${city}`,
});
// docs: end

stack();

const MODELS = [
  ...FRAMEWORK_MODELS.map(({ model, serves, streams }) => ({ model, serves, streams })),
  ...RESPONSES_MODELS.filter(({ model }) => !FRAMEWORK_MODELS.some((row) => row.model === model)).map((row) => ({
    ...row,
    serves: row.model,
  })),
];

for (const [kind, build] of Object.entries(KINDS)) {
  describe(kind, () => {
    // The Responses API of the SDK refers to what Azure has stored, so the callers share it.
    const agent = (model, more = {}) =>
      new Agent({ name: "Helper", instructions: "Be brief.", model: build(run.loneGateway, model), ...more });

    // d-17 and the like are names of the config that the lone gateway does not have.
    for (const { model, serves, streams } of MODELS.filter((row) => !row.model.startsWith("team-"))) {
      // In chat the SDK gives the members of a message back inside its parts.
      test(`two turns with ${model}`, async () => {
        const first = await runAgent(agent(model), "Hello");
        assert.equal(first.finalOutput, `${serves} says: Hello`);
        const second = await runAgent(agent(model), [...first.history, { role: "user", content: "Again" }]);
        assert.equal(second.finalOutput, `${serves} says: Again`);
      });

      test(`a stream of ${model}`, { skip: !streams }, async () => {
        const stream = await runAgent(agent(model), "Hello", { stream: true });
        let said = "";
        for await (const piece of stream.toTextStream()) said += piece;
        await stream.completed;
        assert.equal(said, `${serves} says: Hello`);
      });

      test(`a loop of tools with ${model}`, async () => {
        const question = "[[sim: calls=3]] How is the weather in Paris?";
        const answer = await runAgent(agent(model, { tools: [weather] }), question);
        assert.equal(answer.finalOutput, `${serves} says: the tool answered 18 degrees in city`);
        assert.equal((await run.simulator.received()).length, 4);
      });
    }
  });
}
