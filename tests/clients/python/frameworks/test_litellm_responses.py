"""LiteLLM over the Responses API, and in chat with models that Azure serves only there."""

import litellm
import pytest
from conftest import every_responses_model


def over_openai(url, model):
    return {"model": f"openai/{model}", "api_base": f"{url}/v1"}


def over_azure(url, model):
    return {"model": f"azure/{model}", "api_base": url, "api_version": "2025-04-01-preview"}


@pytest.fixture(params=[over_openai, over_azure], ids=["openai", "azure"])
def build(request):
    return lambda gateway, model: {**request.param(gateway.url, model), "api_key": "client-key", "max_retries": 0}


@pytest.fixture
def connect(build, gateway):
    """`connect(model)` returns the arguments with which LiteLLM calls the model, without retries."""
    return lambda model: build(gateway, model)


@pytest.fixture
def connect_alone(build, lone_gateway):
    """Like `connect`, with the gateway whose callers share what Azure stores."""
    return lambda model: build(lone_gateway, model)


CITY = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
WEATHER = {"name": "weather", "description": "The weather in a city", "parameters": CITY}


def text_of(answer):
    return "".join(part.text for item in answer.output if item.type == "message" for part in item.content)


@every_responses_model(frameworks=True)
def test_responses(row, connect):
    # docs: LiteLLM, Responses
    def respond(endpoint, text):
        answer = litellm.responses(input=text, store=False, **endpoint)
        return "".join(part.text for item in answer.output if item.type == "message" for part in item.content)
    # docs: end

    assert respond(connect(row["model"]), "Hello") == f"{row['model']} says: Hello"


@every_responses_model(frameworks=True)
def test_a_stream(row, connect):
    events = litellm.responses(input="Hello", stream=True, **connect(row["model"]))
    said = "".join(event.delta for event in events if event.type == "response.output_text.delta")
    assert said == f"{row['model']} says: Hello"


@every_responses_model(frameworks=True)
def test_a_loop_of_tools(row, connect, simulator):
    endpoint = connect(row["model"])
    call = {"tools": [{"type": "function", **WEATHER}], "include": ["reasoning.encrypted_content"], "store": False}
    items = [{"role": "user", "content": "[[sim: calls=3]] How is the weather in Paris?"}]
    while True:
        answer = litellm.responses(input=items, **call, **endpoint)
        items += [item.model_dump(exclude_none=True) for item in answer.output]
        calls = [item for item in answer.output if item.type == "function_call"]
        if not calls:
            break
        items += [{"type": "function_call_output", "call_id": one.call_id, "output": "18 degrees"} for one in calls]
    assert text_of(answer) == f"{row['model']} says: the tool answered 18 degrees"
    assert len(simulator.received()) == 4


@every_responses_model(frameworks=True, responses=True)
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_a_chat_with_a_loop_of_tools(row, stream, connect_alone, simulator):
    """LiteLLM itself calls the Responses API for some names, and relies on the reasoning that Azure has stored."""
    endpoint = connect_alone(row["model"])
    messages = [{"role": "user", "content": "[[sim: calls=3]] How is the weather in Paris?"}]
    while True:
        answer = litellm.completion(
            messages=messages, tools=[{"type": "function", "function": WEATHER}], stream=stream, **endpoint
        )
        answer = litellm.stream_chunk_builder(list(answer)) if stream else answer
        message = answer.choices[0].message
        messages.append(message)
        if not message.tool_calls:
            break
        messages += [{"role": "tool", "tool_call_id": call.id, "content": "18 degrees"} for call in message.tool_calls]
    assert message.content == f"{row['model']} says: the tool answered 18 degrees"
    assert len(simulator.received()) == 4


def test_litellm_sends_the_reasoning_of_an_answer_back_to_the_model(gateway, simulator):
    """LiteLLM keeps `azgate`, which holds the reasoning, among its `provider_specific_fields`."""
    endpoint = {**over_openai(gateway.url, "gpt-5.6-sol"), "api_key": "client-key", "max_retries": 0}
    call = {"tools": [{"type": "function", "function": WEATHER}], **endpoint}
    question = {"role": "user", "content": "How is the weather in Paris?"}
    first = litellm.completion(messages=[question], **call).choices[0].message
    result = {"role": "tool", "tool_call_id": first.tool_calls[0].id, "content": "18 degrees"}
    litellm.completion(messages=[question, first, result], **call)
    sent = simulator.received()[1]["body"]["input"]
    assert [item["type"] for item in sent] == ["message", "reasoning", "function_call", "function_call_output"]


@pytest.mark.parametrize("model", ["gpt-5", "gpt-5-codex", "gpt-35-turbo"])
def test_errors(model, connect):
    for words, error in [("429", litellm.RateLimitError), ("400", litellm.BadRequestError)]:
        with pytest.raises(error):
            litellm.responses(input=f"[[sim: {words}]]", **connect(model))
