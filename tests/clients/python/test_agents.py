"""An agent: ten calls of a tool, one after the other, with models whose reasoning is sent back in encrypted form."""

import json

import pytest

TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "weather",
            "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
        },
    }
]
ROUNDS = 10


def message_of(completions, stream, **call):
    """Returns the assistant's message as the SDK gives it."""
    if not stream:
        return completions.create(**call).choices[0].message
    with completions.stream(**call) as events:
        return events.get_final_completion().choices[0].message


def run(client, model, stream):
    """Runs the agent's loop. The assistant's messages are sent back unchanged."""
    messages = [{"role": "user", "content": f"[[sim: calls={ROUNDS}]] How is the weather?"}]
    rounds = 0
    while True:
        message = message_of(
            client.chat.completions, stream, model=model, messages=messages, tools=TOOLS, reasoning_effort="high"
        )
        messages.append(message)
        if not message.tool_calls:
            return message.content, rounds
        for call in message.tool_calls:
            assert "city" in json.loads(call.function.arguments)
            messages.append({"role": "tool", "tool_call_id": call.id, "content": f"{rounds} degrees"})
        rounds += 1


def check(calls):
    """Asserts that the last call had, in order, the reasoning, the call and its result of each round."""
    assert {call["path"] for call in calls} == {"/openai/v1/responses"}
    assert [len(call["body"]["input"]) for call in calls] == [1 + 3 * at for at in range(ROUNDS + 1)]
    _, *items = calls[-1]["body"]["input"]
    assert [item["type"] for item in items] == ["reasoning", "function_call", "function_call_output"] * ROUNDS
    thoughts, called, results = items[0::3], items[1::3], items[2::3]
    sealed = [thought["encrypted_content"] for thought in thoughts]
    assert len(set(sealed)) == ROUNDS and all(sealed)
    # Each call repeats the reasoning of the calls before it, byte for byte.
    for at, call in enumerate(calls):
        again = [item["encrypted_content"] for item in call["body"]["input"] if item["type"] == "reasoning"]
        assert again == sealed[:at]
    assert [call["call_id"] for call in called] == [result["call_id"] for result in results]
    assert [result["output"] for result in results] == [f"{at} degrees" for at in range(ROUNDS)]


@pytest.mark.parametrize("kind", ["openai", "azure"], indirect=True)
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize("model", ["gpt-5.6-sol", "gpt-5-codex", "gpt-5-pro"])
def test_ten_calls_of_a_tool(model, stream, connect, simulator):
    assert run(connect(model), model, stream) == (f"{model} says: the tool answered 9 degrees", ROUNDS)
    check(simulator.received())
