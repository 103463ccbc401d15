"""Errors: the SDK raises the class that its users catch."""

import socket
import time

import openai
import pytest
from conftest import build


def say(client, model, text="Hi", **more):
    messages = [{"role": "user", "content": text}]
    return client.chat.completions.create(model=model, messages=messages, **more)


STATUSES = [
    ("400", openai.BadRequestError, 400),
    ("404", openai.NotFoundError, 404),
    ("408", openai.APIStatusError, 408),
    ("409", openai.ConflictError, 409),
    ("422", openai.UnprocessableEntityError, 422),
    ("429", openai.RateLimitError, 429),
    ("500", openai.InternalServerError, 500),
    ("503", openai.InternalServerError, 503),
    ("apim 429", openai.RateLimitError, 429),
    ("html 502", openai.InternalServerError, 502),
]


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize("model", ["o1", "gpt-4.1"])
@pytest.mark.parametrize("words, error, status", STATUSES, ids=lambda value: value if isinstance(value, str) else "")
def test_a_status_of_azures(words, error, status, model, stream, connect):
    with pytest.raises(error) as raised:
        say(connect(model), model, f"[[sim: {words}]]", stream=stream)
    assert raised.value.status_code == status
    assert raised.value.body["message"], "the SDK found an error object"
    assert raised.value.response.headers["x-azgate-deployment"] == model


@pytest.mark.parametrize("kind", ["openai", "azure"], indirect=True)
def test_retries_wait_as_long_as_azure_asks_and_no_longer(connect, simulator):
    simulator.fault("429 retry-after-ms=20", times=2)
    begin = time.monotonic()
    assert say(connect("gpt-5", max_retries=2), "gpt-5").choices
    # Without the header the SDK waits at least 0.37 s and 0.75 s.
    assert time.monotonic() - begin < 1
    assert len(simulator.received()) == 3


def test_the_headers_contain_the_wait(connect):
    with pytest.raises(openai.RateLimitError) as raised:
        say(connect("gpt-5"), "gpt-5", "[[sim: 429 retry-after-ms=1500]]")
    headers = raised.value.response.headers
    assert (headers["retry-after-ms"], headers["retry-after"]) == ("1500", "2")


def test_azgates_own_limit(connect, simulator):
    client = connect("gpt-5", api_key="limited-key")
    with pytest.raises(openai.RateLimitError) as raised:
        for _ in range(2):
            say(client, "gpt-5")
    assert raised.value.code == "rate_limit_exceeded"
    headers = raised.value.response.headers
    assert 0 < int(headers["retry-after"]) <= 60
    assert headers["x-ratelimit-remaining-requests"] == "0"
    assert len(simulator.received()) <= 1


def test_a_wrong_key(connect, simulator):
    with pytest.raises(openai.AuthenticationError) as raised:
        say(connect("gpt-5", api_key="no-such-key"), "gpt-5")
    assert raised.value.code == "invalid_api_key"
    assert simulator.received() == []


def test_a_wrong_key_of_azgate_is_not_reported_as_the_clients(connect):
    with pytest.raises(openai.InternalServerError) as raised:
        say(connect("wrong-key"), "wrong-key")
    assert (raised.value.status_code, raised.value.code) == (502, "upstream_authentication")
    assert "another-key" not in str(raised.value.body)


def test_an_unknown_model(connect, simulator):
    with pytest.raises(openai.NotFoundError) as raised:
        say(connect("gpt-5.1-sol"), "gpt-5.1-sol")
    assert raised.value.code == "model_not_found"
    assert simulator.received() == []


@pytest.mark.parametrize("model", ["o1", "gpt-5"])
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_the_content_filter(model, stream, connect):
    with pytest.raises(openai.BadRequestError) as raised:
        say(connect(model), model, "[[sim: filter]]", stream=stream)
    assert (raised.value.code, raised.value.param) == ("content_filter", "prompt")
    assert raised.value.body["innererror"]["content_filter_result"]["violence"]["filtered"] is True


def test_lossy_edits_can_be_refused_for_one_call(connect, simulator):
    with pytest.raises(openai.BadRequestError) as raised:
        say(connect("o1"), "o1", temperature=0.2, extra_headers={"x-azgate-lossy": "refuse"})
    assert raised.value.param == "temperature"
    assert simulator.received() == []


@pytest.mark.parametrize("model", ["gpt-4.1", "gpt-5"])
def test_a_stream_that_breaks_raises(model, connect):
    said = ""
    with pytest.raises(openai.APIError, match="broke off"):
        for chunk in say(connect(model), model, "[[sim: text=200 cut]]", stream=True):
            said += chunk.choices[0].delta.content or "" if chunk.choices else ""
    assert "lorem" in said, "what came before the break was delivered"


@pytest.mark.parametrize("model", ["gpt-4.1", "o1"])
def test_an_answer_that_breaks_raises(model, connect):
    with pytest.raises(openai.APIError):
        say(connect(model), model, "[[sim: text=200 cut]]")


@pytest.mark.parametrize("model", ["o1", "gpt-4.1"])
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_a_connection_that_azure_drops(model, stream, connect):
    with pytest.raises(openai.InternalServerError) as raised:
        say(connect(model), model, "[[sim: reset]]", stream=stream)
    assert raised.value.status_code == 502
    assert raised.value.code.startswith("upstream_")


def test_a_stream_that_ends_with_an_error_event(connect):
    with pytest.raises(openai.APIError, match="The server had an error"):
        list(say(connect("gpt-5"), "gpt-5", "[[sim: text=20 error-event]]", stream=True))


def test_nothing_listens_on_the_port(kind):
    # The port is bound but nothing listens: connecting is refused, and no other process gets the port.
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        client = build(kind, f"http://127.0.0.1:{held.getsockname()[1]}", "gpt-5")
        with pytest.raises(openai.APIConnectionError):
            say(client, "gpt-5")
