"""Whole answers: what every client may send, and what Azure must receive."""

import openai
import pydantic
import pytest
from conftest import FRAMEWORK_MODELS, MODELS, RESPONSES_MODELS, every_model

PIXEL = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5E"
    "rkJggg=="
)


def old_style(create, model):
    """Makes a call as clients have made it for years."""
    messages = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hello, wörld"}]
    return create(model=model, messages=messages, temperature=0.2, max_tokens=900)


def check_old_style(row, body):
    """Asserts that Azure received what it takes of that call."""
    roles = [message["role"] for message in body["messages"]]
    if row["merges_system"]:
        assert roles == ["user"]
        assert body["messages"][0]["content"].startswith("Be brief.")
    else:
        assert roles in (["system", "user"], ["developer", "user"])
    assert body.get("temperature") == (0.2 if row["sampling"] else None)
    assert {key: value for key, value in body.items() if key.startswith("max_")} == {row["cap"]: 900}


@every_model()
def test_an_old_style_call(row, connect, simulator):
    model = row["model"]
    answer = old_style(connect(model).chat.completions.create, model)
    (choice,) = answer.choices
    assert choice.message.content.startswith(f"{model} says: ") and choice.message.content.endswith("Hello, wörld")
    assert choice.finish_reason == "stop"
    assert answer.model.startswith(model)
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens
    received = simulator.only()
    check_old_style(row, received["body"])
    assert received["path"] == "/openai/v1/chat/completions"
    assert received["headers"]["api-key"] == "***" and "authorization" not in received["headers"]
    assert not [name for name in received["headers"] if name.startswith("x-stainless")]


@every_model()
def test_an_old_style_call_to_a_resource_on_a_dated_surface(row, connect, simulator):
    model, alias = row["model"], f"dated-{row['model']}"
    answer = old_style(connect(alias).chat.completions.create, alias)
    assert answer.choices[0].message.content.startswith(f"{model} says: ")
    received = simulator.only()
    check_old_style(row, received["body"])
    path, _, query = received["path"].partition("?")
    assert path == f"/openai/deployments/{model}/chat/completions"
    # azgate raises the api-version if the model needs it, and never lowers it.
    assert query.startswith("api-version=") and query.removeprefix("api-version=") >= "2024-10-21"


@every_model()
def test_the_headers_list_what_was_changed(row, connect):
    model = row["model"]
    raw = old_style(connect(model).chat.completions.with_raw_response.create, model)
    edits = raw.headers["x-azgate-edits"]
    assert (edits == "none") == (model == "gpt-4.1")
    assert ("temperature" in edits) == (not row["sampling"])
    assert ("max_tokens" in edits) == (row["cap"] != "max_tokens")
    assert raw.headers["x-azgate-deployment"] == model
    assert model.startswith(raw.headers["x-azgate-family"])
    assert raw.headers["x-ratelimit-limit-requests"] == "1000"
    assert raw.parse().choices[0].message.content


def ask_with_image(client, model):
    image = {"type": "image_url", "image_url": {"url": PIXEL, "detail": "low"}}
    content = [{"type": "text", "text": "What is it?"}, image]
    return client.chat.completions.create(model=model, messages=[{"role": "user", "content": content}])


@every_model(images=True)
def test_an_image(row, connect, simulator):
    answer = ask_with_image(connect(row["model"]), row["model"])
    assert answer.choices[0].message.content.endswith("What is it? (1 image)")
    (message,) = simulator.only()["body"]["messages"]
    assert message["content"][1]["image_url"] == {"url": PIXEL, "detail": "low"}


@every_model(images=False)
def test_an_image_for_a_model_without_vision_is_refused_before_azure(row, connect, simulator):
    with pytest.raises(openai.BadRequestError) as raised:
        ask_with_image(connect(row["model"]), row["model"])
    assert raised.value.param.startswith("messages")
    assert simulator.received() == []


class City(pydantic.BaseModel):
    """The schema of a structured output, with an enum and a nested list."""

    class Sight(pydantic.BaseModel):
        name: str
        year: int

    name: str
    capital: bool
    sights: list[Sight]


def ask_for_city(client, model):
    messages = [{"role": "user", "content": "Tell me about Paris."}]
    return client.chat.completions.parse(model=model, messages=messages, response_format=City, temperature=0)


@every_model(schema=True)
def test_structured_output_is_parsed(row, connect, simulator):
    answer = ask_for_city(connect(row["model"]), row["model"])
    city = answer.choices[0].message.parsed
    assert isinstance(city, City)
    assert city.sights and isinstance(city.sights[0].year, int)
    schema = simulator.only()["body"]["response_format"]["json_schema"]
    assert schema["name"] == "City" and schema["strict"] is True


@every_model(schema=False)
def test_structured_output_for_a_model_without_it_is_refused_before_azure(row, connect, simulator):
    with pytest.raises(openai.BadRequestError) as raised:
        ask_for_city(connect(row["model"]), row["model"])
    assert raised.value.param == "response_format"
    assert simulator.received() == []


def test_a_refusal_is_not_content(connect):
    messages = [{"role": "user", "content": "[[sim: refusal]] no"}]
    answer = connect("gpt-5").chat.completions.create(model="gpt-5", messages=messages)
    assert answer.choices[0].message.content is None
    assert answer.choices[0].message.refusal


def test_several_choices(connect):
    messages = [{"role": "user", "content": "Hi"}]
    answer = connect("gpt-4.1").chat.completions.create(model="gpt-4.1", messages=messages, n=3)
    assert [choice.index for choice in answer.choices] == [0, 1, 2]
    assert len({choice.message.content for choice in answer.choices}) == 3


def test_a_cap_that_reasoning_uses_up_carries_a_warning(connect):
    messages = [{"role": "user", "content": "[[sim: think=500]] Hi"}]
    create = connect("o1").chat.completions.with_raw_response.create
    raw = create(model="o1", messages=messages, max_tokens=100)
    assert raw.headers["x-azgate-warning"] == "reasoning-exhausted-budget"
    answer = raw.parse()
    assert (answer.choices[0].message.content, answer.choices[0].finish_reason) == ("", "length")
    assert answer.usage.completion_tokens_details.reasoning_tokens == 100


def test_the_models_are_those_of_the_configuration(connect):
    client = connect("gpt-5")
    models = {model.id: model for model in client.models.list()}
    own = {f"{prefix}{row['model']}" for row in MODELS + RESPONSES_MODELS for prefix in ("", "dated-")}
    assert set(models) == own | {row["model"] for row in FRAMEWORK_MODELS} | {"wrong-key"}
    assert models["gpt-5"].object == "model"
    one = client.models.retrieve("o1")
    assert one.id == "o1" and one.family == "o1" and one.capabilities["tools"] is True
