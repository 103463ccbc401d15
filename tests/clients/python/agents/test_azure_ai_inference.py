"""azure-ai-inference, on Azure's paths."""

import pytest
from azure.ai.inference import ChatCompletionsClient
from azure.ai.inference.models import (
    AssistantMessage,
    ChatCompletionsToolDefinition,
    FunctionDefinition,
    SystemMessage,
    ToolMessage,
    UserMessage,
)
from azure.core.credentials import AzureKeyCredential
from azure.core.exceptions import HttpResponseError
from conftest import every_framework_model

CITY = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
TOOLS = [
    ChatCompletionsToolDefinition(
        function=FunctionDefinition(name="weather", description="The weather in a city", parameters=CITY)
    )
]


def connect(gateway, model):
    url, key = gateway.url, "client-key"
    # docs: azure-ai-inference
    client = ChatCompletionsClient(
        endpoint=f"{url}/openai/deployments/{model}", credential=AzureKeyCredential(key), api_version="2024-10-21"
    )
    # docs: end
    return client


@every_framework_model()
def test_two_turns(row, gateway, simulator):
    client = connect(gateway, row["model"])
    messages = [SystemMessage("Be brief."), UserMessage("Hello")]
    answer = client.complete(messages=messages, temperature=0.2, max_tokens=900)
    assert answer.choices[0].message.content == f"{row['serves']} says: Hello"
    messages += [AssistantMessage(answer.choices[0].message.content), UserMessage("Again")]
    assert client.complete(messages=messages).choices[0].message.content == f"{row['serves']} says: Again"
    assert len(simulator.received()) == 2


@every_framework_model()
def test_a_stream(row, gateway):
    chunks = connect(gateway, row["model"]).complete(messages=[UserMessage("Hello")], stream=True)
    said = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert said == f"{row['serves']} says: Hello"


@every_framework_model()
def test_a_loop_of_tools(row, gateway, simulator):
    client = connect(gateway, row["model"])
    messages = [UserMessage("[[sim: calls=3]] How is the weather in Paris?")]
    while True:
        message = client.complete(messages=messages, tools=TOOLS).choices[0].message
        if not message.tool_calls:
            break
        messages.append(AssistantMessage(tool_calls=message.tool_calls))
        messages += [ToolMessage("18 degrees", tool_call_id=call.id) for call in message.tool_calls]
    assert message.content == f"{row['serves']} says: the tool answered 18 degrees"
    assert len(simulator.received()) == 4


def test_a_stream_that_begins_late(gateway):
    """azgate keeps the connection alive meanwhile, in a form that this client's strict parser takes."""
    chunks = connect(gateway, "gpt-4.1").complete(messages=[UserMessage("[[sim: silent=11s]] Hello")], stream=True)
    said = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert said == "gpt-4.1 says: Hello"


def test_an_error(gateway):
    with pytest.raises(HttpResponseError) as caught:
        connect(gateway, "gpt-5").complete(messages=[UserMessage("[[sim: 400]]")])
    assert caught.value.status_code == 400
