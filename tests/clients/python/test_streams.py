"""Streams: relayed where Azure streams, made by azgate where it does not."""

import pytest
from conftest import every_model


def ask(client, model, **more):
    return client.chat.completions.create(
        model=model, messages=[{"role": "user", "content": "Count, bitte: eins, zwei, drei"}], stream=True, **more
    )


@every_model()
def test_a_stream_has_the_same_content_as_a_whole_answer(row, connect, simulator):
    model = row["model"]
    chunks = list(ask(connect(model), model, max_tokens=900, temperature=0.2))
    choices = [choice for chunk in chunks for choice in chunk.choices]
    content = "".join(choice.delta.content or "" for choice in choices)
    assert content == f"{model} says: Count, bitte: eins, zwei, drei"
    assert choices[0].delta.role == "assistant"
    assert [choice.finish_reason for choice in choices if choice.finish_reason] == ["stop"]
    assert not any(chunk.usage for chunk in chunks), "usage was not asked for"
    assert (simulator.only()["body"].get("stream") is True) == row["streams"]


@every_model()
def test_usage_comes_last_if_the_client_asks_for_it(row, connect):
    model = row["model"]
    chunks = list(ask(connect(model), model, stream_options={"include_usage": True}))
    assert chunks[-1].choices == []
    usage = chunks[-1].usage
    assert usage.completion_tokens > 0
    assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens
    assert not any(chunk.usage for chunk in chunks[:-1])


@every_model()
@pytest.mark.parametrize("kind", ["openai"], indirect=True)
@pytest.mark.parametrize("directive", ["", "[[sim: async-filter]] "], ids=["plain", "async-filter"])
def test_naive_code_works_on_the_openai_path(row, directive, connect):
    """Like OpenAI's quickstart, naive code reads `choices[0].delta` of every chunk. Azure's first chunk has none."""
    model, said = row["model"], ""
    messages = [{"role": "user", "content": f"{directive}Hello there"}]
    for chunk in connect(model).chat.completions.create(model=model, messages=messages, stream=True):
        assert chunk.id and chunk.model and chunk.object == "chat.completion.chunk"
        said += chunk.choices[0].delta.content or ""
    assert said == f"{model} says: Hello there"


@every_model()
@pytest.mark.parametrize("kind", ["openai", "azure"], indirect=True)
def test_the_sdks_own_accumulator_agrees(row, connect):
    model = row["model"]
    messages = [{"role": "user", "content": "[[sim: text=60]] Go"}]
    create = connect(model).chat.completions
    with create.stream(model=model, messages=messages, stream_options={"include_usage": True}) as stream:
        deltas = "".join(event.delta for event in stream if event.type == "content.delta")
        final = stream.get_final_completion()
    whole = create.create(model=model, messages=messages)
    assert deltas == final.choices[0].message.content == whole.choices[0].message.content
    assert "🙂" in deltas and "東京" in deltas
    assert final.usage.completion_tokens == whole.usage.completion_tokens


@pytest.mark.parametrize("model", ["o1", "gpt-5"])
def test_a_stream_carries_azgates_headers(model, connect):
    raw = connect(model).chat.completions.with_raw_response
    headers = raw.create(model=model, messages=[{"role": "user", "content": "Hi"}], max_tokens=900, stream=True).headers
    assert headers["content-type"].startswith("text/event-stream")
    assert "max_tokens" in headers["x-azgate-edits"]
    assert headers["x-azgate-deployment"] == model


@pytest.mark.parametrize("model", ["o1", "gpt-4.1"])
def test_a_stream_that_is_left_early_does_no_harm(model, connect):
    client = connect(model)
    with ask(client, model) as stream:
        next(iter(stream))
    assert client.chat.completions.create(model=model, messages=[{"role": "user", "content": "Hi"}]).choices
