"""Fifty calls at once over one asynchronous client."""

import asyncio

import pytest
from conftest import MODELS, build

CALLS = 50


async def whole(client, model, text):
    answer = await client.chat.completions.create(model=model, messages=[{"role": "user", "content": text}])
    return answer.choices[0].message.content


async def streamed(client, model, text):
    messages = [{"role": "user", "content": text}]
    said = ""
    async for chunk in await client.chat.completions.create(model=model, messages=messages, stream=True):
        said += chunk.choices[0].delta.content or "" if chunk.choices else ""
    return said


async def crowd(ask, kind, gateway):
    models = [row["model"] for row in MODELS]
    if kind == "azure-deployment":
        models = ["gpt-5"]
    wanted = [(models[at % len(models)], f"Call {at}") for at in range(CALLS)]
    async with build(kind, gateway.url, models[0], asynchronous=True) as client:
        answers = await asyncio.gather(*(ask(client, model, text) for model, text in wanted))
    return wanted, answers


@pytest.mark.parametrize("ask", [whole, streamed], ids=["whole", "stream"])
def test_fifty_at_once(ask, kind, gateway, simulator):
    wanted, answers = asyncio.run(crowd(ask, kind, gateway))
    assert answers == [f"{model} says: {text}" for model, text in wanted]
    received = simulator.received()
    assert len(received) == CALLS
    texts = [call["body"]["messages"][-1]["content"] for call in received]
    assert sorted(texts) == sorted(text for _, text in wanted)
