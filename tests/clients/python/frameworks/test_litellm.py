"""LiteLLM as a client: `completion` and `acompletion`, as `openai/…` and as `azure/…`."""

import asyncio
import base64
import json
import time

import litellm
import pydantic
import pytest
from conftest import every_framework_model

PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)


def over_openai(url, key, model):
    # docs: LiteLLM, openai
    endpoint = {"model": f"openai/{model}", "api_base": f"{url}/v1", "api_key": key}
    # docs: end
    return endpoint


def over_azure(url, key, model):
    # docs: LiteLLM, azure
    endpoint = {"model": f"azure/{model}", "api_base": url, "api_key": key, "api_version": "2024-10-21"}
    # docs: end
    return endpoint


@pytest.fixture(params=[over_openai, over_azure], ids=["openai", "azure"])
def connect(request, gateway):
    """`connect(model)` returns the arguments with which LiteLLM calls the model, without retries."""

    def connect(model, key="client-key", retries=0):
        return {**request.param(gateway.url, key, model), "max_retries": retries}

    return connect


def user(content):
    return [{"role": "user", "content": content}]


def said_by(row, text):
    return f"{row['serves']} says: {text}"


@every_framework_model()
def test_a_plain_call(row, connect, simulator):
    # docs: LiteLLM, plain
    def ask(endpoint, text):
        answer = litellm.completion(messages=[{"role": "user", "content": text}], **endpoint)
        return answer.choices[0].message.content
    # docs: end

    assert ask(connect(row["model"]), "Hello") == said_by(row, "Hello")
    assert simulator.only()["body"]["model"] == row["deployment"]


OLD_STYLE = {"temperature": 0.2, "max_tokens": 900, "top_p": 0.5, "n": 1, "seed": 7}


@every_framework_model()
def test_settings_of_another_generation(row, connect, simulator):
    messages = [{"role": "system", "content": "Be brief."}, *user("Hello, wörld")]
    # LiteLLM itself translates for names that it knows. For the other names azgate translates.
    answer = litellm.completion(messages=messages, drop_params=True, **OLD_STYLE, **connect(row["model"]))
    assert answer.choices[0].message.content == said_by(row, "Hello, wörld")
    body = simulator.only()["body"]
    assert body.get("temperature") == (0.2 if row["sampling"] else None)
    assert [value for key, value in body.items() if key.startswith("max_")] == [900]


@pytest.mark.parametrize("model", ["o1", "gpt-5"])
def test_litellm_refuses_by_name_before_it_calls_azgate(model, connect, simulator):
    with pytest.raises(litellm.UnsupportedParamsError):
        litellm.completion(messages=user("Hello"), temperature=0.2, **connect(model))
    assert simulator.received() == []
    answer = litellm.completion(messages=user("Hello"), temperature=0.2, drop_params=True, **connect(model))
    assert answer.choices[0].message.content == f"{model} says: Hello"


@every_framework_model()
def test_a_stream(row, connect, simulator):
    # docs: LiteLLM, stream
    def stream(endpoint, text):
        messages = [{"role": "user", "content": text}]
        for chunk in litellm.completion(messages=messages, stream=True, **endpoint):
            yield chunk.choices[0].delta.content or ""
    # docs: end

    assert "".join(stream(connect(row["model"]), "Count: one, two")) == said_by(row, "Count: one, two")
    assert (simulator.only()["body"].get("stream") is True) == row["streams"]


@every_framework_model()
def test_a_stream_with_usage(row, connect):
    options = {"stream": True, "stream_options": {"include_usage": True}}
    chunks = list(litellm.completion(messages=user("Hello"), **options, **connect(row["model"])))
    whole = litellm.stream_chunk_builder(chunks)
    assert whole.choices[0].message.content == said_by(row, "Hello")
    assert whole.usage.total_tokens > 0


# docs: LiteLLM, tools
def weather(city):
    return f"18 degrees in {city}"


TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "weather",
            "description": "The weather in a city",
            "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
        },
    }
]


def ask_with_tools(endpoint, question):
    messages = [{"role": "user", "content": question}]
    while True:
        message = litellm.completion(messages=messages, tools=TOOLS, tool_choice="auto", **endpoint).choices[0].message
        if not message.tool_calls:
            return message.content
        messages.append(message)
        for call in message.tool_calls:
            result = weather(**json.loads(call.function.arguments))
            messages.append({"role": "tool", "tool_call_id": call.id, "content": result})
# docs: end


@every_framework_model()
def test_a_loop_of_tools(row, connect, simulator):
    answer = ask_with_tools(connect(row["model"]), "How is the weather in Paris?")
    assert answer == said_by(row, "the tool answered 18 degrees in city")
    first, second = (call["body"] for call in simulator.received())
    assert first["tools"] == TOOLS
    assert second["messages"][-1]["tool_call_id"] == second["messages"][-2]["tool_calls"][0]["id"]


@every_framework_model()
def test_streamed_tool_calls(row, connect):
    question = user("How is the weather in Paris?")
    chunks = list(litellm.completion(messages=question, tools=TOOLS, stream=True, **connect(row["model"])))
    (call,) = litellm.stream_chunk_builder(chunks).choices[0].message.tool_calls
    assert call.function.name == "weather" and "city" in json.loads(call.function.arguments)


@pytest.mark.parametrize("model", ["gpt-5.4", "gpt-5.6-sol", "gpt-6-sol"])
def test_tools_with_the_newest_models(model, connect, simulator):
    endpoint = connect(model)
    answer = litellm.completion(messages=user("How is the weather in Paris?"), tools=TOOLS, **endpoint)
    (call,) = answer.choices[0].message.tool_calls
    assert call.function.name == "weather"
    # As azure/… LiteLLM itself calls the Responses API. Otherwise azgate does so if the model reasons.
    stays = endpoint["model"] == "openai/gpt-5.4"
    assert simulator.only()["path"] == f"/openai/v1/{'chat/completions' if stays else 'responses'}"


# docs: LiteLLM, structured output
class City(pydantic.BaseModel):
    """A city and its sights."""

    name: str
    capital: bool
    sights: list[str]


def describe(endpoint, question):
    messages = [{"role": "user", "content": question}]
    answer = litellm.completion(messages=messages, response_format=City, **endpoint)
    return City.model_validate_json(answer.choices[0].message.content)
# docs: end


@every_framework_model()
def test_structured_output(row, connect, simulator):
    assert describe(connect(row["model"]), "Tell me about Paris.").sights
    assert simulator.only()["body"]["response_format"]["json_schema"]["strict"] is True


@every_framework_model(images=True)
def test_an_image(row, connect, simulator):
    # docs: LiteLLM, image
    def look(endpoint, question, png):
        url = f"data:image/png;base64,{base64.b64encode(png).decode()}"
        content = [{"type": "text", "text": question}, {"type": "image_url", "image_url": {"url": url}}]
        return litellm.completion(messages=[{"role": "user", "content": content}], **endpoint)
    # docs: end

    answer = look(connect(row["model"]), "What is it?", base64.b64decode(PIXEL))
    assert answer.choices[0].message.content == said_by(row, "What is it? (1 image)")
    (message,) = simulator.only()["body"]["messages"]
    assert message["content"][1]["image_url"]["url"] == f"data:image/png;base64,{PIXEL}"


def test_a_stream_that_is_cancelled_ends_the_call_to_azure(connect, loop, simulator):
    # docs: LiteLLM, cancel
    async def read(endpoint, text, seconds):
        messages = [{"role": "user", "content": text}]
        async with asyncio.timeout(seconds):
            async for chunk in await litellm.acompletion(messages=messages, stream=True, **endpoint):
                print(chunk.choices[0].delta.content, end="")
    # docs: end

    with pytest.raises(TimeoutError):
        loop.run(read(connect("gpt-4o"), "[[sim: text=5000 pace=10ms]] Go", 1))
    assert simulator.ending() == "abandoned"


@pytest.mark.parametrize("model", ["gpt-4o", "o1"])
def test_a_call_that_is_cancelled_ends_the_call_to_azure(model, connect, loop, simulator):
    async def give_up(endpoint):
        async with asyncio.timeout(1):
            await litellm.acompletion(messages=user("[[sim: slow=60s]] Go"), **endpoint)

    with pytest.raises(TimeoutError):
        loop.run(give_up(connect(model)))
    assert simulator.ending() == "abandoned"


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_fifty_at_once(stream, connect, loop, simulator):
    async def say(endpoint, text):
        answer = await litellm.acompletion(messages=user(text), stream=stream, **endpoint)
        if not stream:
            return answer.choices[0].message.content
        return "".join([chunk.choices[0].delta.content or "" async for chunk in answer])

    async def crowd(texts):
        return await asyncio.gather(*(say(connect("team-red"), text) for text in texts))

    texts = [f"Call {at}" for at in range(50)]
    assert loop.run(crowd(texts)) == [f"gpt-5.1 says: {text}" for text in texts]
    assert len(simulator.received()) == 50


# azgate sends the same error for both names. LiteLLM reads it in two ways.
ERRORS = [
    ("429 retry-after=7", litellm.RateLimitError, litellm.RateLimitError, "exceeded the token rate limit"),
    ("filter", litellm.BadRequestError, litellm.ContentPolicyViolationError, "content management policy"),
    ("400", litellm.BadRequestError, litellm.BadRequestError, "Bad Request"),
    ("500", litellm.InternalServerError, litellm.APIError, "The server had an error"),
    ("503", litellm.ServiceUnavailableError, litellm.ServiceUnavailableError, "Service Unavailable"),
]


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize("model", ["gpt-4o", "o1"])
@pytest.mark.parametrize("words, openai, azure, message", ERRORS, ids=[words for words, *_ in ERRORS])
def test_an_error_of_azures(words, openai, azure, message, model, stream, connect):
    endpoint = connect(model)
    error = azure if endpoint["model"].startswith("azure/") else openai
    with pytest.raises(error, match=message) as raised:
        list(litellm.completion(messages=user(f"[[sim: {words}]]"), stream=stream, **endpoint))
    assert raised.type is error
    if error is litellm.RateLimitError:
        assert raised.value.litellm_response_headers["retry-after"] == "7"


def test_retries_wait_as_long_as_azure_asks(connect, simulator):
    # LiteLLM keeps a client for each endpoint, and that client keeps the retries of the first call.
    litellm.in_memory_llm_clients_cache.flush_cache()
    simulator.fault("429 retry-after-ms=20", times=2)
    begin = time.monotonic()
    answer = litellm.completion(messages=user("Hello"), **connect("gpt-4o", retries=2))
    assert answer.choices[0].message.content == "gpt-4o says: Hello"
    assert time.monotonic() - begin < 1
    assert len(simulator.received()) == 3


def test_a_wrong_key(connect, simulator):
    with pytest.raises(litellm.AuthenticationError, match="key"):
        litellm.completion(messages=user("Hello"), **connect("gpt-4o", key="no-such-key"))
    assert simulator.received() == []


def test_an_unknown_model(connect, simulator):
    with pytest.raises(litellm.NotFoundError, match="no-such-model"):
        litellm.completion(messages=user("Hello"), **connect("no-such-model"))
    assert simulator.received() == []


@pytest.mark.parametrize("model", ["gpt-4o", "gpt-5"])
@pytest.mark.parametrize("words", ["cut", "error-event"])
def test_an_error_in_the_middle_of_a_stream(words, model, connect):
    said = ""
    with pytest.raises(litellm.exceptions.MidStreamFallbackError):
        for chunk in litellm.completion(messages=user(f"[[sim: text=200 {words}]]"), stream=True, **connect(model)):
            said += chunk.choices[0].delta.content or ""
    assert "lorem" in said
