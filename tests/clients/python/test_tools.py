"""Tools: a round trip, streamed, in parallel, and in the legacy form."""

import json

import openai
import pytest
from conftest import every_model

WEATHER = {
    "name": "weather",
    "description": "The weather in a city",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
}
TOOLS = [{"type": "function", "function": WEATHER}]
QUESTION = {"role": "user", "content": "How is the weather in Paris?"}


@every_model(tools=True)
def test_a_round_trip(row, connect, simulator):
    model = row["model"]
    client = connect(model)
    create = client.chat.completions.create
    first = create(model=model, messages=[QUESTION], tools=TOOLS, tool_choice="auto", temperature=0)
    assert first.choices[0].finish_reason == "tool_calls"
    (call,) = first.choices[0].message.tool_calls
    assert call.function.name == "weather" and "city" in json.loads(call.function.arguments)
    result = {"role": "tool", "tool_call_id": call.id, "content": "18 degrees"}
    # The SDK's own object is sent back unchanged, null members included.
    second = create(model=model, messages=[QUESTION, first.choices[0].message, result], tools=TOOLS)
    assert second.choices[0].message.content == f"{model} says: the tool answered 18 degrees"
    one, two = (call["body"] for call in simulator.received())
    if "input" in one:
        # The newest models take function tools with reasoning only on the Responses API.
        assert [tool["name"] for tool in one["tools"] + two["tools"]] == ["weather"] * 2
        sent = [item["call_id"] for item in two["input"] if item["type"].startswith("function_call")]
        assert sent == [call.id] * 2
        return
    assert one["tools"] == two["tools"] == TOOLS
    assert two["messages"][1]["tool_calls"][0]["id"] == call.id


@every_model(tools=False)
def test_tools_for_a_model_without_them_are_refused_before_azure(row, connect, simulator):
    model = row["model"]
    with pytest.raises(openai.BadRequestError) as raised:
        connect(model).chat.completions.create(model=model, messages=[QUESTION], tools=TOOLS)
    assert raised.value.param == "tools"
    assert simulator.received() == []


@every_model(tools=True)
def test_streamed_calls(row, connect):
    model = row["model"]
    stream = connect(model).chat.completions.create(model=model, messages=[QUESTION], tools=TOOLS, stream=True)
    choices = [choice for chunk in stream for choice in chunk.choices]
    deltas = [delta for choice in choices for delta in choice.delta.tool_calls or []]
    assert deltas[0].id and deltas[0].function.name == "weather"
    assert all(delta.index == 0 for delta in deltas)
    assert not any(delta.id for delta in deltas[1:]), "the id comes once"
    assert "city" in json.loads("".join(delta.function.arguments or "" for delta in deltas))
    assert [choice.finish_reason for choice in choices if choice.finish_reason] == ["tool_calls"]


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_parallel_calls(stream, connect):
    messages = [{"role": "user", "content": "The weather in both, Paris and Rome?"}]
    completions = connect("gpt-4.1").chat.completions
    if stream:
        with completions.stream(model="gpt-4.1", messages=messages, tools=TOOLS) as events:
            answer = events.get_final_completion()
    else:
        answer = completions.create(model="gpt-4.1", messages=messages, tools=TOOLS, parallel_tool_calls=True)
    calls = answer.choices[0].message.tool_calls
    assert len(calls) == len({call.id for call in calls}) == 2
    assert all("city" in json.loads(call.function.arguments) for call in calls)


@pytest.mark.parametrize("model", ["o1", "o3-mini"])
def test_the_o_series_is_not_asked_for_parallel_calls(model, connect, simulator):
    create = connect(model).chat.completions.create
    create(model=model, messages=[QUESTION], tools=TOOLS, parallel_tool_calls=False)
    assert "parallel_tool_calls" not in simulator.only()["body"]


@pytest.mark.parametrize("model", ["gpt-5.6-sol", "gpt-6-sol"])
def test_newer_models_get_tools_and_effort_where_they_take_both(model, connect, simulator):
    create = connect(model).chat.completions.create
    create(model=model, messages=[QUESTION], tools=TOOLS, reasoning_effort="high")
    received = simulator.only()
    assert received["path"] == "/openai/v1/responses"
    assert received["body"]["reasoning"] == {"effort": "high"}


@pytest.mark.parametrize("model", ["gpt-5.6-sol", "gpt-6-sol"])
def test_newer_models_without_reasoning_stay_on_chat_completions(model, connect, simulator):
    create = connect(model).chat.completions.create
    create(model=model, messages=[QUESTION], tools=TOOLS, reasoning_effort="none")
    assert simulator.only()["path"] == "/openai/v1/chat/completions"


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize("model", ["gpt-4.1", "gpt-5", "o1", "o3-mini"])
def test_legacy_functions(model, stream, connect):
    """The o-series takes only tools. azgate translates the call, and the answer back."""
    create = connect(model).chat.completions.create
    functions = {"functions": [WEATHER], "function_call": {"name": "weather"}}
    if stream:
        chunks = create(model=model, messages=[QUESTION], stream=True, **functions)
        choices = [choice for chunk in chunks for choice in chunk.choices]
        parts = [choice.delta.function_call for choice in choices if choice.delta.function_call]
        name, arguments = parts[0].name, "".join(part.arguments or "" for part in parts)
        assert not any(choice.delta.tool_calls for choice in choices)
    else:
        message = create(model=model, messages=[QUESTION], **functions).choices[0].message
        assert not message.tool_calls
        name, arguments = message.function_call.name, message.function_call.arguments
    assert name == "weather" and "city" in json.loads(arguments)


@pytest.mark.parametrize("model", ["gpt-5", "o3-mini"])
def test_a_legacy_round_trip(model, connect):
    create = connect(model).chat.completions.create
    message = create(model=model, messages=[QUESTION], functions=[WEATHER]).choices[0].message
    result = {"role": "function", "name": "weather", "content": "18 degrees"}
    answer = create(model=model, messages=[QUESTION, message, result], functions=[WEATHER])
    assert answer.choices[0].message.content == f"{model} says: the tool answered 18 degrees"
