// Errors: the SDK throws the class that its users catch.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { test } from "node:test";
import * as openai from "openai";
import { build, collect, everyKind, rejects, run } from "./harness.mjs";

const say = (client, model, content = "Hi", more = {}, options = {}) =>
  client.chat.completions.create({ model, messages: [{ role: "user", content }], ...more }, options);

const STATUSES = [
  ["400", openai.BadRequestError, 400],
  ["404", openai.NotFoundError, 404],
  ["409", openai.ConflictError, 409],
  ["422", openai.UnprocessableEntityError, 422],
  ["429", openai.RateLimitError, 429],
  ["500", openai.InternalServerError, 500],
  ["503", openai.InternalServerError, 503],
  ["apim 429", openai.RateLimitError, 429],
  ["html 502", openai.InternalServerError, 502],
];

everyKind((connect, kind) => {
  for (const model of ["o1", "gpt-4.1"]) {
    for (const stream of [false, true]) {
      const how = `${model}, ${stream ? "streamed" : "whole"}`;

      for (const [words, error, status] of STATUSES) {
        test(`${words}: ${how}`, () => rejects(say(connect(model), model, `[[sim: ${words}]]`, { stream }), error, { status }));
      }

      test(`the content filter: ${how}`, () => {
        const members = { code: "content_filter", param: "prompt" };
        return rejects(say(connect(model), model, "[[sim: filter]]", { stream }), openai.BadRequestError, members);
      });

      test(`a connection that Azure drops: ${how}`, () =>
        rejects(say(connect(model), model, "[[sim: reset]]", { stream }), openai.InternalServerError, { status: 502 }));
    }
  }

  test("retries wait as long as Azure asks and no longer", async () => {
    await run.simulator.fault("429 retry-after-ms=20", 2);
    const begin = performance.now();
    assert.ok((await say(connect("gpt-5", { maxRetries: 2 }), "gpt-5")).choices.length);
    // Without the header the SDK waits at least 0.37 s and 0.75 s.
    assert.ok(performance.now() - begin < 1000);
    assert.equal((await run.simulator.received()).length, 3);
  });

  test("azgate's own limit", async () => {
    const client = connect("gpt-5", { apiKey: "limited-key" });
    const both = Promise.all([say(client, "gpt-5"), say(client, "gpt-5")]);
    const error = await both.then(() => assert.fail("no limit"), (error) => error);
    assert.ok(error instanceof openai.RateLimitError);
    assert.equal(error.code, "rate_limit_exceeded");
    assert.ok(Number(error.headers.get("retry-after")) > 0);
  });

  test("a wrong key", async () => {
    const client = connect("gpt-5", { apiKey: "no-such-key" });
    await rejects(say(client, "gpt-5"), openai.AuthenticationError, { code: "invalid_api_key" });
    assert.deepEqual(await run.simulator.received(), []);
  });

  test("a wrong key of azgate is not reported as the client's", () => {
    const members = { status: 502, code: "upstream_authentication" };
    return rejects(say(connect("wrong-key"), "wrong-key"), openai.InternalServerError, members);
  });

  test("an unknown model", async () => {
    const members = { code: "model_not_found", param: "model" };
    await rejects(say(connect("gpt-5.1-sol"), "gpt-5.1-sol"), openai.NotFoundError, members);
    assert.deepEqual(await run.simulator.received(), []);
  });

  test("lossy edits can be refused for one call", () => {
    const options = { headers: { "x-azgate-lossy": "refuse" } };
    const call = say(connect("o1"), "o1", "Hi", { temperature: 0.2 }, options);
    return rejects(call, openai.BadRequestError, { param: "temperature" });
  });

  test("a stream that breaks", async () => {
    const stream = await say(connect("gpt-5"), "gpt-5", "[[sim: text=200 cut]]", { stream: true });
    let chunks = 0;
    const read = async () => {
      for await (const chunk of stream) chunks += chunk.choices.length;
    };
    await rejects(read(), openai.APIError);
    assert.ok(chunks > 5, "the chunks before the break were delivered");
  });

  test("a stream that ends with an error event", async () => {
    const stream = await say(connect("gpt-5"), "gpt-5", "[[sim: text=20 error-event]]", { stream: true });
    await rejects(collect(stream), openai.APIError);
  });

  test("nothing listens on the port", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address();
    server.close();
    await once(server, "close");
    await rejects(say(build(kind, `http://127.0.0.1:${port}`, "gpt-5"), "gpt-5"), openai.APIConnectionError);
  });
});
