"""The code that docs/clients.md shows for openai for Python."""

import pytest


@pytest.mark.parametrize("model", ["o1", "gpt-4.1", "gpt-5"])
def test_openai(model, gateway, simulator):
    url, key = gateway.url, "client-key"
    # docs: openai for Python, OpenAI
    from openai import OpenAI

    client = OpenAI(base_url=f"{url}/v1", api_key=key)
    answer = client.chat.completions.create(
        model=model, messages=[{"role": "user", "content": "Hello"}], temperature=0.2, max_tokens=900
    )
    text = answer.choices[0].message.content
    # docs: end
    assert text == f"{model} says: Hello"
    assert simulator.only()["path"] == "/openai/v1/chat/completions"


@pytest.mark.parametrize("model", ["o1", "gpt-4.1", "gpt-5"])
def test_azure_openai(model, gateway):
    url, key = gateway.url, "client-key"
    # docs: openai for Python, AzureOpenAI
    from openai import AzureOpenAI

    client = AzureOpenAI(azure_endpoint=url, api_key=key, api_version="2024-10-21")
    stream = client.chat.completions.create(
        model=model, messages=[{"role": "user", "content": "Hello"}], max_tokens=900, stream=True
    )
    text = "".join(chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices)
    # docs: end
    assert text == f"{model} says: Hello"


def test_the_headers_of_an_answer(gateway):
    url, key = gateway.url, "client-key"
    from openai import OpenAI

    client = OpenAI(base_url=f"{url}/v1", api_key=key)
    messages = [{"role": "user", "content": "Hello"}]
    # docs: openai for Python, headers
    raw = client.chat.completions.with_raw_response.create(model="o1", messages=messages, temperature=0.2)
    edits = raw.headers["x-azgate-edits"]
    answer = raw.parse()
    # docs: end
    assert "drop.temperature" in edits
    assert answer.choices[0].message.content == "o1 says: Hello"


@pytest.mark.parametrize("model", ["gpt-4.1", "gpt-5", "gpt-5-codex", "gpt-35-turbo"])
def test_responses(model, gateway):
    url, key = gateway.url, "client-key"
    # docs: openai for Python, Responses
    from openai import OpenAI

    client = OpenAI(base_url=f"{url}/v1", api_key=key)
    answer = client.responses.create(model=model, instructions="Be brief.", input="Hello", max_output_tokens=900)
    text = answer.output_text
    # docs: end
    assert text == f"{model} says: Hello"


@pytest.mark.parametrize("model", ["gpt-4.1", "gpt-5", "gpt-5-codex", "gpt-35-turbo"])
def test_tools_over_responses(model, gateway):
    url, key = gateway.url, "client-key"
    from openai import OpenAI

    client = OpenAI(base_url=f"{url}/v1", api_key=key)
    parameters = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
    tools = [{"type": "function", "name": "weather", "parameters": parameters}]

    def weather(arguments):
        return "18 degrees"

    # docs: openai for Python, Responses with tools
    items = [{"role": "user", "content": "How is the weather in Paris?"}]
    while True:
        answer = client.responses.create(
            model=model, input=items, tools=tools, store=False, include=["reasoning.encrypted_content"]
        )
        items += answer.output
        calls = [item for item in answer.output if item.type == "function_call"]
        if not calls:
            break
        for call in calls:
            items.append({"type": "function_call_output", "call_id": call.call_id, "output": weather(call.arguments)})
    # docs: end
    assert answer.output_text == f"{model} says: the tool answered 18 degrees"
