// Objects that Azure stores: responses that are read again, continued, cancelled, deleted.

import assert from "node:assert/strict";
import { test } from "node:test";
import { BadRequestError, NotFoundError } from "openai";
import { build, collect, everyKind, rejects, run } from "./harness.mjs";

everyKind((connect, kind) => {
  const alone = (model) => build(kind, run.loneGateway, model).responses;

  for (const model of ["gpt-4.1", "gpt-5", "gpt-5-codex"]) {
    test(`a response of ${model} is read again, continued, and deleted`, async () => {
      const responses = alone(model);
      const made = await responses.create({ model, input: "Hello" });
      assert.equal((await responses.retrieve(made.id)).output_text, `${model} says: Hello`);
      const [item] = await collect(responses.inputItems.list(made.id));
      assert.equal(item.content[0].text, "Hello");
      const next = await responses.create({ model, input: "And?", previous_response_id: made.id });
      assert.equal(next.output_text, `${model} says: And?`);
      await responses.delete(made.id);
      await rejects(responses.retrieve(made.id), NotFoundError);
    });
  }

  test("a response in the background", async () => {
    const responses = alone("gpt-5");
    const begin = () => responses.create({ model: "gpt-5", input: "Hello", background: true });
    const waiting = await begin();
    assert.equal(waiting.status, "queued");
    assert.equal((await responses.retrieve(waiting.id)).status, "completed");
    await rejects(responses.cancel(waiting.id), BadRequestError);
    assert.equal((await responses.cancel((await begin()).id)).status, "cancelled");
  });

  test("a response that does not exist", async () => {
    const responses = alone("gpt-5");
    await rejects(responses.retrieve("resp_none"), NotFoundError);
    await rejects(responses.delete("resp_none"), NotFoundError);
    const call = { model: "gpt-5", input: "And?", previous_response_id: "resp_none" };
    await rejects(responses.create(call), BadRequestError, { param: "previous_response_id" });
  });

  test("a parameter that chat completions lack is refused by name", async () => {
    const call = { model: "gpt-35-turbo", input: "And?", previous_response_id: "resp_1" };
    await rejects(alone("gpt-35-turbo").create(call), BadRequestError, { param: "previous_response_id" });
  });

  test("with several keys no client can name what Azure stores", async () => {
    const { responses } = connect("gpt-5");
    const made = await responses.create({ model: "gpt-5", input: "Hello" });
    await rejects(responses.retrieve(made.id), NotFoundError);
  });
});
