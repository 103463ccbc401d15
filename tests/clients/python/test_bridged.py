"""Chat with models that Azure serves only on the Responses API, always or with the parameters of the call."""

import json

import openai
import pydantic
import pytest
from conftest import every_responses_model

bridged = every_responses_model(chat=False)
# These tests need one kind of client for each front door, OpenAI's and Azure's. The exact path does not matter.
both = pytest.mark.parametrize("kind", ["openai", "azure"], indirect=True)

PIXEL = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5E"
    "rkJggg=="
)
WEATHER = {
    "name": "weather",
    "description": "The weather in a city",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
}
TOOLS = [{"type": "function", "function": WEATHER}]
QUESTION = {"role": "user", "content": "How is the weather in Paris?"}


def user(content):
    return [{"role": "user", "content": content}]


@bridged
def test_an_old_style_call(row, connect, simulator):
    model = row["model"]
    messages = [{"role": "system", "content": "Be brief."}, *user("Hello, wörld")]
    raw = connect(model).chat.completions.with_raw_response.create(
        model=model, messages=messages, temperature=0.2, max_tokens=900, stop=None
    )
    answer = raw.parse()
    (choice,) = answer.choices
    assert (choice.message.content, choice.finish_reason) == (f"{model} says: Hello, wörld", "stop")
    assert answer.object == "chat.completion" and answer.model.startswith(model)
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens
    assert answer.usage.completion_tokens_details.reasoning_tokens > 0
    assert "bridge.responses" in raw.headers["x-azgate-edits"] and "drop.temperature" in raw.headers["x-azgate-edits"]
    received = simulator.only()
    assert received["path"] == "/openai/v1/responses"
    body = received["body"]
    assert (body["max_output_tokens"], body["store"], "temperature" in body) == (900, False, False)


@bridged
@both
def test_a_call_to_a_resource_on_a_dated_surface(row, connect, simulator):
    model, alias = row["model"], f"dated-{row['model']}"
    answer = connect(alias).chat.completions.create(model=alias, messages=user("Hello"))
    assert answer.choices[0].message.content == f"{model} says: Hello"
    assert simulator.received()[-1]["path"].startswith("/openai/responses?api-version=")


@bridged
@both
@pytest.mark.parametrize("usage", [False, True], ids=["plain", "usage"])
def test_a_stream(row, usage, connect, simulator):
    model = row["model"]
    options = {"stream_options": {"include_usage": True}} if usage else {}
    chunks = list(connect(model).chat.completions.create(model=model, messages=user("Hello"), stream=True, **options))
    choices = [choice for chunk in chunks for choice in chunk.choices]
    assert "".join(choice.delta.content or "" for choice in choices) == f"{model} says: Hello"
    assert choices[0].delta.role == "assistant"
    assert [choice.finish_reason for choice in choices if choice.finish_reason] == ["stop"]
    assert len({chunk.id for chunk in chunks if chunk.choices}) == 1
    assert [chunk.usage.total_tokens > 0 for chunk in chunks if chunk.usage] == [True] * usage
    if usage:
        assert chunks[-1].choices == [] and chunks[-1].usage.completion_tokens_details.reasoning_tokens > 0
    assert (simulator.only()["body"].get("stream") is True) == row["streams"]


@bridged
@both
def test_the_sdks_own_accumulator_agrees(row, connect):
    model, messages = row["model"], user("[[sim: text=60]] Go")
    create = connect(model).chat.completions
    with create.stream(model=model, messages=messages, stream_options={"include_usage": True}) as stream:
        deltas = "".join(event.delta for event in stream if event.type == "content.delta")
        final = stream.get_final_completion()
    whole = create.create(model=model, messages=messages)
    assert deltas == final.choices[0].message.content == whole.choices[0].message.content
    assert "🙂" in deltas and "東京" in deltas
    assert final.usage.completion_tokens == whole.usage.completion_tokens


@both
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@every_responses_model(responses=True, parallel=True)
def test_parallel_tools_with_an_effort(row, stream, connect, simulator):
    """gpt-5.6-sol takes function tools with reasoning only on the Responses API. The others are served only there."""
    model, call = row["model"], {"messages": user("The weather in both, Paris and Rome?"), "tools": TOOLS}
    if model != "gpt-4.1":
        call["reasoning_effort"] = "high"
    completions = connect(model).chat.completions
    if stream:
        with completions.stream(model=model, **call) as events:
            answer = events.get_final_completion()
    else:
        answer = completions.create(model=model, **call)
    (choice,) = answer.choices
    calls = choice.message.tool_calls
    assert choice.finish_reason == "tool_calls"
    assert len(calls) == len({call.id for call in calls}) == 2
    assert all("city" in json.loads(call.function.arguments) for call in calls)
    received = simulator.only()
    if not row["chat"] or model == "gpt-5.6-sol":
        assert received["path"] == "/openai/v1/responses"
        assert received["body"]["reasoning"]["effort"] == "high"
    else:
        assert received["path"] == "/openai/v1/chat/completions"


@bridged
@both
def test_a_round_trip_of_tools(row, connect, simulator):
    model = row["model"]
    create = connect(model).chat.completions.create
    first = create(model=model, messages=[QUESTION], tools=TOOLS, tool_choice="auto", parallel_tool_calls=False)
    (call,) = first.choices[0].message.tool_calls
    result = {"role": "tool", "tool_call_id": call.id, "content": "18 degrees"}
    second = create(model=model, messages=[QUESTION, first.choices[0].message, result], tools=TOOLS)
    assert second.choices[0].message.content == f"{model} says: the tool answered 18 degrees"
    sent = simulator.received()[1]["body"]["input"]
    assert [item["type"] for item in sent] == ["message", "reasoning", "function_call", "function_call_output"]
    assert sent[2]["call_id"] == sent[3]["call_id"] == call.id


@bridged
@both
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_legacy_functions(row, stream, connect):
    model = row["model"]
    create = connect(model).chat.completions.create
    functions = {"functions": [WEATHER], "function_call": {"name": "weather"}}
    if stream:
        chunks = create(model=model, messages=[QUESTION], stream=True, **functions)
        choices = [choice for chunk in chunks for choice in chunk.choices]
        parts = [choice.delta.function_call for choice in choices if choice.delta.function_call]
        name, arguments = parts[0].name, "".join(part.arguments or "" for part in parts)
        assert not any(choice.delta.tool_calls for choice in choices)
        assert [choice.finish_reason for choice in choices if choice.finish_reason] == ["function_call"]
    else:
        message = create(model=model, messages=[QUESTION], **functions).choices[0].message
        assert not message.tool_calls
        name, arguments = message.function_call.name, message.function_call.arguments
        result = {"role": "function", "name": "weather", "content": "18 degrees"}
        answer = create(model=model, messages=[QUESTION, message, result], functions=[WEATHER])
        assert answer.choices[0].message.content == f"{model} says: the tool answered 18 degrees"
    assert name == "weather" and "city" in json.loads(arguments)


@bridged
@both
def test_an_image(row, connect, simulator):
    image = {"type": "image_url", "image_url": {"url": PIXEL, "detail": "low"}}
    messages = user([{"type": "text", "text": "What is it?"}, image])
    answer = connect(row["model"]).chat.completions.create(model=row["model"], messages=messages)
    assert answer.choices[0].message.content.endswith("What is it? (1 image)")
    (message,) = simulator.only()["body"]["input"]
    assert message["content"][1] == {"type": "input_image", "image_url": PIXEL, "detail": "low"}


class City(pydantic.BaseModel):
    """The schema of a structured output."""

    name: str
    capital: bool
    sights: list[str]


@bridged
@both
def test_structured_output_is_parsed(row, connect, simulator):
    model = row["model"]
    messages = user("Tell me about Paris.")
    answer = connect(model).chat.completions.parse(model=model, messages=messages, response_format=City)
    assert isinstance(answer.choices[0].message.parsed, City)
    shape = simulator.only()["body"]["text"]["format"]
    assert (shape["type"], shape["name"], shape["strict"]) == ("json_schema", "City", True)


@both
def test_a_refusal_is_not_content(connect):
    create = connect("gpt-5-codex").chat.completions.create
    message = create(model="gpt-5-codex", messages=user("[[sim: refusal]] no")).choices[0].message
    assert message.content is None and message.refusal


@both
def test_a_cap_that_reasoning_uses_up_carries_a_warning(connect):
    create = connect("gpt-5-codex").chat.completions.with_raw_response.create
    raw = create(model="gpt-5-codex", messages=user("[[sim: think=500]] Hi"), max_tokens=100)
    assert raw.headers["x-azgate-warning"] == "reasoning-exhausted-budget"
    answer = raw.parse()
    assert answer.choices[0].finish_reason == "length" and not answer.choices[0].message.content
    assert answer.usage.completion_tokens_details.reasoning_tokens == 100


STATUSES = [
    ("400", openai.BadRequestError, 400),
    ("429 retry-after=7", openai.RateLimitError, 429),
    ("500", openai.InternalServerError, 500),
    ("html 502", openai.InternalServerError, 502),
    ("reset", openai.InternalServerError, 502),
]


@both
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize("model", ["o3-pro", "gpt-5-codex"])
@pytest.mark.parametrize("words, error, status", STATUSES, ids=[words for words, *_ in STATUSES])
def test_a_status_of_azures(words, error, status, model, stream, connect):
    with pytest.raises(error) as raised:
        connect(model).chat.completions.create(model=model, messages=user(f"[[sim: {words}]]"), stream=stream)
    assert raised.value.status_code == status
    assert raised.value.body["message"], "the SDK found an error object"


@both
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize("model", ["o3-pro", "gpt-5-codex"])
def test_the_content_filter(model, stream, connect):
    with pytest.raises(openai.BadRequestError) as raised:
        connect(model).chat.completions.create(model=model, messages=user("[[sim: filter]]"), stream=stream)
    assert raised.value.code == "content_filter"


@both
@pytest.mark.parametrize("model", ["o3-pro", "gpt-5-codex"])
def test_a_response_that_failed_is_an_error(model, connect):
    create = connect(model).chat.completions.create
    for words, error in [("failed", openai.InternalServerError), ("failed=rate_limit_exceeded", openai.RateLimitError)]:
        with pytest.raises(error, match="The server had an error"):
            create(model=model, messages=user(f"[[sim: {words}]]"))
    with pytest.raises(openai.APIError, match="The server had an error"):
        list(create(model=model, messages=user("[[sim: failed]]"), stream=True))


@both
@pytest.mark.parametrize("words, message", [("cut", "broke off"), ("error-event", "The server had an error"), ("unended", "before")])
def test_an_error_in_the_middle_of_a_stream(words, message, connect):
    said = ""
    with pytest.raises(openai.APIError, match=message):
        messages = user(f"[[sim: text=200 {words}]]")
        for chunk in connect("gpt-5-codex").chat.completions.create(model="gpt-5-codex", messages=messages, stream=True):
            said += chunk.choices[0].delta.content or "" if chunk.choices else ""
    assert "lorem" in said, "what came before was delivered"


@both
def test_a_parameter_that_cannot_be_translated_is_refused_by_name(connect, simulator):
    create = connect("gpt-5-codex").chat.completions.create
    with pytest.raises(openai.BadRequestError) as raised:
        create(model="gpt-5-codex", messages=user("Hi"), n=3)
    assert raised.value.param == "n"
    with pytest.raises(openai.BadRequestError) as raised:
        create(model="gpt-5-codex", messages=user("Hi"), stop=["x"], extra_headers={"x-azgate-lossy": "refuse"})
    assert raised.value.param == "stop"
    assert simulator.received() == []


@both
def test_a_stream_that_the_client_leaves_ends_the_call_to_azure(connect, simulator):
    messages = user("[[sim: text=500 pace=10ms]] Go")
    stream = connect("gpt-5-codex").chat.completions.create(model="gpt-5-codex", messages=messages, stream=True)
    for chunk in stream:
        if chunk.choices and chunk.choices[0].delta.content:
            break
    stream.close()
    assert simulator.ending() == "abandoned"
