"""Errors of the Responses API, whichever API serves the model."""

import openai
import pytest

MODELS = ["o1", "gpt-5-codex", "gpt-35-turbo"]

STATUSES = [
    ("400", openai.BadRequestError, 400),
    ("404", openai.NotFoundError, 404),
    ("429 retry-after=7", openai.RateLimitError, 429),
    ("500", openai.InternalServerError, 500),
    ("html 502", openai.InternalServerError, 502),
    ("reset", openai.InternalServerError, 502),
]


pytestmark = pytest.mark.parametrize("kind", ["openai", "azure"], indirect=True)


def say(client, model, text="Hi", **more):
    return client.responses.create(model=model, input=text, **more)


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("words, error, status", STATUSES, ids=[words for words, *_ in STATUSES])
def test_a_status_of_azures(words, error, status, model, stream, connect):
    with pytest.raises(error) as raised:
        say(connect(model), model, f"[[sim: {words}]]", stream=stream)
    assert raised.value.status_code == status
    assert raised.value.body["message"], "the SDK found an error object"
    if status == 429:
        assert raised.value.response.headers["retry-after"] == "7"


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize("model", MODELS)
def test_the_content_filter(model, stream, connect):
    with pytest.raises(openai.BadRequestError) as raised:
        say(connect(model), model, "[[sim: filter]]", stream=stream)
    assert raised.value.code == "content_filter"


@pytest.mark.parametrize("model", ["gpt-5", "gpt-5-codex", "gpt-35-turbo"])
def test_a_stream_that_breaks_raises(model, connect):
    said = ""
    with pytest.raises(openai.APIError, match="broke off"):
        for event in say(connect(model), model, "[[sim: text=200 cut]]", stream=True):
            said += event.delta if event.type == "response.output_text.delta" else ""
    assert "lorem" in said, "what came before the break was delivered"


@pytest.mark.parametrize("model", MODELS)
def test_an_answer_that_breaks_raises(model, connect):
    with pytest.raises(openai.APIError):
        say(connect(model), model, "[[sim: text=200 cut]]")


@pytest.mark.parametrize("model", ["gpt-5", "gpt-5-codex", "gpt-35-turbo"])
def test_a_stream_that_ends_with_an_error_event(model, connect):
    events = []
    try:
        events += say(connect(model), model, "[[sim: text=20 error-event]]", stream=True)
    except openai.APIError as error:
        assert "The server had an error" in str(error)
    else:
        # The SDK passes this event to its caller, like OpenAI's own event.
        assert events[-1].type in ("error", "response.failed")


@pytest.mark.parametrize("model", ["gpt-5", "gpt-5-codex"])
def test_a_failed_response_has_its_status_and_error(model, connect):
    responses = connect(model).responses
    answer = responses.create(model=model, input="[[sim: failed]]")
    assert (answer.status, answer.error.code) == ("failed", "server_error")
    *_, last = responses.create(model=model, input="[[sim: failed]]", stream=True)
    assert (last.type, last.response.error.code) == ("response.failed", "server_error")


def test_an_unknown_model(connect, simulator):
    with pytest.raises(openai.NotFoundError) as raised:
        say(connect("gpt-5.1-sol"), "gpt-5.1-sol")
    assert raised.value.code == "model_not_found"
    assert simulator.received() == []


def test_a_refusal_of_azures_keeps_its_param(connect):
    with pytest.raises(openai.BadRequestError) as raised:
        say(connect("gpt-5"), "gpt-5", tools=[{"type": "function", "name": "no name", "parameters": {}}])
    assert raised.value.param.startswith("tools[0]")


CHAT_ONLY = [
    ("previous_response_id", "resp_1"),
    ("background", True),
    ("tools", [{"type": "web_search"}]),
]


@pytest.mark.parametrize("name, value", CHAT_ONLY, ids=[name for name, _ in CHAT_ONLY])
def test_a_parameter_that_chat_completions_lack_is_refused_by_name(name, value, connect_alone, simulator):
    with pytest.raises(openai.BadRequestError, match="chat completions") as raised:
        say(connect_alone("gpt-35-turbo"), "gpt-35-turbo", **{name: value})
    assert raised.value.param.startswith(name)
    assert simulator.received() == []


def test_lossy_edits_can_be_refused_for_one_call(connect, simulator):
    with pytest.raises(openai.BadRequestError) as raised:
        say(connect("gpt-5"), "gpt-5", temperature=0.2, extra_headers={"x-azgate-lossy": "refuse"})
    assert raised.value.param == "temperature"
    assert simulator.received() == []
