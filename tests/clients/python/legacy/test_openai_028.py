"""openai for Python before 1.0: modules instead of clients, on both its API types."""

import json

import openai
import pytest
from conftest import every_framework_model

TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "weather",
            "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
        },
    }
]


def over_openai(url, model):
    key = "client-key"
    # docs: openai 0.28
    account = {"api_base": f"{url}/v1", "api_key": key, "model": model}
    answer = openai.ChatCompletion.create(messages=[{"role": "user", "content": "Hello"}], max_tokens=900, **account)
    text = answer.choices[0].message.content
    # docs: end
    assert text.endswith("says: Hello")
    return account


def over_azure(url, model):
    return {"api_base": url, "api_key": "client-key", "api_type": "azure", "api_version": "2023-05-15", "engine": model}


@pytest.fixture(params=[over_openai, over_azure], ids=["openai", "azure"])
def connect(request, gateway):
    """`connect(model)` returns the arguments that name the account and the model."""
    return lambda model: request.param(gateway.url, model)


def ask(messages, account, **more):
    return openai.ChatCompletion.create(messages=messages, **more, **account)


@every_framework_model()
def test_two_turns(row, connect):
    account = connect(row["model"])
    messages = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hello"}]
    first = ask(messages, account, temperature=0.2).choices[0].message
    assert first.content == f"{row['serves']} says: Hello"
    messages += [first, {"role": "user", "content": "Again"}]
    assert ask(messages, account).choices[0].message.content == f"{row['serves']} says: Again"


@every_framework_model()
def test_a_stream(row, connect):
    chunks = ask([{"role": "user", "content": "Hello"}], connect(row["model"]), stream=True)
    said = "".join(chunk.choices[0].delta.get("content") or "" for chunk in chunks if chunk.choices)
    assert said == f"{row['serves']} says: Hello"


@every_framework_model()
def test_a_loop_of_tools(row, connect):
    account = connect(row["model"])
    messages = [{"role": "user", "content": "[[sim: calls=3]] How is the weather in Paris?"}]
    while True:
        message = ask(messages, account, tools=TOOLS).choices[0].message
        if not message.get("tool_calls"):
            break
        messages.append(message)
        for call in message.tool_calls:
            assert "city" in json.loads(call.function.arguments)
            messages.append({"role": "tool", "tool_call_id": call.id, "content": "18 degrees"})
    assert message.content == f"{row['serves']} says: the tool answered 18 degrees"


def test_legacy_functions(connect):
    functions = [TOOLS[0]["function"]]
    message = ask([{"role": "user", "content": "Weather?"}], connect("gpt-5"), functions=functions).choices[0].message
    assert message.function_call.name == "weather"


def test_an_error(connect):
    with pytest.raises(openai.error.InvalidRequestError):
        ask([{"role": "user", "content": "[[sim: 400]]"}], connect("gpt-5"))
