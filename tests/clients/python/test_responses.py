"""The Responses API: whole answers, streams, tools, structured output, images.

Models that Azure serves only in chat completions answer like all the others.
"""

import asyncio
import json

import openai
import pydantic
import pytest
from conftest import RESPONSES_MODELS, build, every_responses_model

PIXEL = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5E"
    "rkJggg=="
)
CITY = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"], "additionalProperties": False}
WEATHER = {"type": "function", "name": "weather", "description": "The weather in a city", "parameters": CITY, "strict": True}


# Tests with two kinds of client need one for each front door. A plain call and a stream test that all paths lead there.
both = pytest.mark.parametrize("kind", ["openai", "azure"], indirect=True)

# The client sends encrypted reasoning back, so Azure need not store it.
SEALED = ["reasoning.encrypted_content"]


def settled(client, model, name=None):
    """Makes a call with settings that not every model takes."""
    return client.responses.create(
        model=name or model, instructions="Be brief.", input="Hello, wörld", temperature=0.2, max_output_tokens=900
    )


def check_settled(row, body):
    """Asserts that Azure received what it takes of that call."""
    assert body.get("temperature") == (0.2 if row["sampling"] else None)
    if row["responses"]:
        assert (body["instructions"], body["input"], body["max_output_tokens"]) == ("Be brief.", "Hello, wörld", 900)
        return
    assert [message["role"] for message in body["messages"]] in (["system", "user"], ["developer", "user"])
    assert [value for key, value in body.items() if key.startswith("max_")] == [900]


@every_responses_model()
def test_a_call(row, connect, simulator):
    model = row["model"]
    answer = settled(connect(model), model)
    assert answer.output_text == f"{model} says: Hello, wörld"
    assert (answer.status, answer.error, answer.incomplete_details) == ("completed", None, None)
    assert answer.model.startswith(model) and answer.id.startswith("resp_")
    assert answer.usage.total_tokens == answer.usage.input_tokens + answer.usage.output_tokens
    reasons = [item.type for item in answer.output] == ["reasoning", "message"]
    assert reasons == (answer.usage.output_tokens_details.reasoning_tokens > 0)
    received = simulator.only()
    check_settled(row, received["body"])
    assert received["path"] == f"/openai/v1/{'responses' if row['responses'] else 'chat/completions'}"
    assert received["headers"]["api-key"] == "***" and "authorization" not in received["headers"]


@both
@every_responses_model()
def test_a_call_to_a_resource_on_a_dated_surface(row, connect, simulator):
    model, alias = row["model"], f"dated-{row['model']}"
    assert settled(connect(alias), alias).output_text == f"{model} says: Hello, wörld"
    # No document states which api-version some of the models need. azgate learns it from the first refusal.
    received = simulator.received()[-1]
    check_settled(row, received["body"])
    path, _, query = received["path"].partition("?")
    assert path == ("/openai/responses" if row["responses"] else f"/openai/deployments/{model}/chat/completions")
    # azgate raises the api-version if the API or the model needs it, and never lowers it.
    oldest = "2025-03-01-preview" if row["responses"] else "2024-10-21"
    assert query.startswith("api-version=") and query.removeprefix("api-version=") >= oldest


@every_responses_model()
def test_a_stream_has_the_same_content_as_a_whole_answer(row, connect, simulator):
    model = row["model"]
    question = "Count, bitte: eins, zwei, drei"
    events = list(connect(model).responses.create(model=model, input=question, stream=True))
    assert [event.sequence_number for event in events] == list(range(len(events)))
    assert (events[0].type, events[-1].type) == ("response.created", "response.completed")
    said = "".join(event.delta for event in events if event.type == "response.output_text.delta")
    final = events[-1].response
    assert said == final.output_text == f"{model} says: {question}"
    done = [event.item for event in events if event.type == "response.output_item.done"]
    assert [item.id for item in done] == [item.id for item in final.output]
    assert final.usage.output_tokens > 0
    assert (simulator.only()["body"].get("stream") is True) == row["streams"]


@every_responses_model()
@both
def test_the_sdks_own_accumulator_agrees(row, connect):
    model = row["model"]
    responses = connect(model).responses
    question = "[[sim: text=60]] Go"
    with responses.stream(model=model, input=question) as stream:
        deltas = "".join(event.delta for event in stream if event.type == "response.output_text.delta")
        final = stream.get_final_response()
    whole = responses.create(model=model, input=question)
    assert deltas == final.output_text == whole.output_text
    assert "🙂" in deltas and "東京" in deltas
    assert final.usage.output_tokens == whole.usage.output_tokens


class City(pydantic.BaseModel):
    """The schema of a structured output, with a nested list."""

    class Sight(pydantic.BaseModel):
        name: str
        year: int

    name: str
    capital: bool
    sights: list[Sight]


@both
@every_responses_model(schema=True)
def test_structured_output_is_parsed(row, connect, simulator):
    model = row["model"]
    responses = connect(model).responses
    city = responses.parse(model=model, input="Tell me about Paris.", text_format=City).output_parsed
    assert isinstance(city, City) and isinstance(city.sights[0].year, int)
    shape = simulator.only()["body"]["text"]["format"]
    assert (shape["type"], shape["name"], shape["strict"]) == ("json_schema", "City", True)
    with responses.stream(model=model, input="Tell me about Paris.", text_format=City) as stream:
        assert stream.get_final_response().output_parsed == city


@both
@every_responses_model(schema=False)
def test_structured_output_for_a_model_without_it_is_refused_before_azure(row, connect, simulator):
    with pytest.raises(openai.BadRequestError) as raised:
        connect(row["model"]).responses.parse(model=row["model"], input="Tell me about Paris.", text_format=City)
    # The error uses the caller's name of the parameter.
    assert raised.value.param == "text.format"
    assert simulator.received() == []


def final_response(client, stream, **call):
    """Returns the response, also from a stream."""
    if not stream:
        return client.responses.create(**call)
    *_, last = client.responses.create(stream=True, **call)
    assert last.type == "response.completed"
    return last.response


@both
@every_responses_model()
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_a_loop_of_tools(row, stream, connect, simulator):
    """The output of the model is sent back as the SDK's own objects: with ids, states, and null members."""
    model = row["model"]
    client = connect(model)
    conversation = [{"role": "user", "content": "[[sim: calls=3]] How is the weather in Paris?"}]
    results = []
    while True:
        answer = final_response(client, stream, model=model, input=conversation, tools=[WEATHER], include=SEALED)
        conversation += answer.output
        calls = [item for item in answer.output if item.type == "function_call"]
        if not calls:
            break
        for call in calls:
            assert call.name == "weather" and "city" in json.loads(call.arguments)
            results.append({"type": "function_call_output", "call_id": call.call_id, "output": f"{len(results)} degrees"})
            conversation.append(results[-1])
    assert answer.output_text == f"{model} says: the tool answered 2 degrees"
    assert len(results) == 3
    bodies = [call["body"] for call in simulator.received()]
    assert len(bodies) == 4
    if row["responses"]:
        sent = [item for item in bodies[-1]["input"] if item.get("type") == "function_call_output"]
        assert sent == results
        called = [item["call_id"] for item in bodies[-1]["input"] if item.get("type") == "function_call"]
    else:
        sent = [message["content"] for message in bodies[-1]["messages"] if message["role"] == "tool"]
        assert sent == [result["output"] for result in results]
        called = [call["id"] for message in bodies[-1]["messages"] for call in message.get("tool_calls") or []]
    assert called == [result["call_id"] for result in results]


def test_a_loop_of_tools_with_reasoning_that_azure_stores(connect_alone):
    responses = connect_alone("gpt-5").responses
    question = [{"role": "user", "content": "How is the weather in Paris?"}]
    first = responses.create(model="gpt-5", input=question, tools=[WEATHER])
    assert [item.type for item in first.output] == ["reasoning", "function_call"]
    result = {"type": "function_call_output", "call_id": first.output[1].call_id, "output": "18 degrees"}
    second = responses.create(model="gpt-5", input=[*question, *first.output, result], tools=[WEATHER])
    assert second.output_text == "gpt-5 says: the tool answered 18 degrees"


@both
@every_responses_model(parallel=True)
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_parallel_calls(row, stream, connect):
    model = row["model"]
    question = "The weather in both, Paris and Rome?"
    answer = final_response(connect(model), stream, model=model, input=question, tools=[WEATHER])
    calls = [item for item in answer.output if item.type == "function_call"]
    assert len(calls) == len({call.call_id for call in calls}) == 2


@both
@every_responses_model(images=True)
def test_an_image(row, connect, simulator):
    image = {"type": "input_image", "image_url": PIXEL, "detail": "low"}
    content = [{"type": "input_text", "text": "What is it?"}, image]
    answer = connect(row["model"]).responses.create(model=row["model"], input=[{"role": "user", "content": content}])
    assert answer.output_text.endswith("What is it? (1 image)")
    (message,) = simulator.only()["body"]["input"]
    assert message["content"][1] == image


@both
@every_responses_model(images=False)
def test_an_image_for_a_model_without_vision_is_refused_before_azure(row, connect, simulator):
    content = [{"type": "input_image", "image_url": PIXEL, "detail": "low"}]
    with pytest.raises(openai.BadRequestError) as raised:
        connect(row["model"]).responses.create(model=row["model"], input=[{"role": "user", "content": content}])
    assert raised.value.param.startswith("input")
    assert simulator.received() == []


def test_a_cap_that_reasoning_uses_up_is_an_incomplete_response(connect):
    create = connect("gpt-5").responses.with_raw_response.create
    raw = create(model="gpt-5", input="[[sim: think=500]] Hi", max_output_tokens=100)
    assert raw.headers["x-azgate-warning"] == "reasoning-exhausted-budget"
    answer = raw.parse()
    assert (answer.status, answer.incomplete_details.reason) == ("incomplete", "max_output_tokens")


def test_the_headers_list_what_was_changed(connect):
    raw = connect("gpt-5").responses.with_raw_response.create(model="gpt-5", input="Hi", temperature=0.2)
    assert "drop.temperature" in raw.headers["x-azgate-edits"]
    assert (raw.headers["x-azgate-deployment"], raw.headers["x-azgate-family"]) == ("gpt-5", "gpt-5")


@pytest.mark.parametrize("model", ["gpt-5", "gpt-5-codex", "gpt-35-turbo"])
def test_a_stream_that_the_client_leaves_ends_the_call_to_azure(model, connect, simulator):
    stream = connect(model).responses.create(model=model, input="[[sim: text=500 pace=10ms]] Go", stream=True)
    for event in stream:
        if event.type == "response.output_text.delta":
            break
    stream.close()
    assert simulator.ending() == "abandoned"


async def whole(client, model, text):
    return (await client.responses.create(model=model, input=text)).output_text


async def streamed(client, model, text):
    stream = await client.responses.create(model=model, input=text, stream=True)
    return "".join([event.delta async for event in stream if event.type == "response.output_text.delta"])


@pytest.mark.parametrize("ask", [whole, streamed], ids=["whole", "stream"])
def test_fifty_at_once(ask, kind, gateway, simulator):
    models = [row["model"] for row in RESPONSES_MODELS]

    async def crowd():
        wanted = [(models[at % len(models)], f"Call {at}") for at in range(50)]
        async with build(kind, gateway.url, models[0], asynchronous=True) as client:
            return wanted, await asyncio.gather(*(ask(client, model, text) for model, text in wanted))

    wanted, answers = asyncio.run(crowd())
    assert answers == [f"{model} says: {text}" for model, text in wanted]
    assert len(simulator.received()) == 50
