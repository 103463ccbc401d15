"""LlamaIndex: `OpenAI`, `OpenAILike` and `AzureOpenAI`, with the parameters that they send by themselves."""

import asyncio
import base64
import gc
import time

import openai
import pydantic
import pytest
from conftest import every_framework_model
from llama_index.core.prompts import PromptTemplate
from llama_index.core.tools import FunctionTool

# docs: LlamaIndex, imports
from llama_index.core.agent.workflow import FunctionAgent
from llama_index.core.llms import ChatMessage, ImageBlock, TextBlock
from llama_index.llms.azure_openai import AzureOpenAI
from llama_index.llms.openai import OpenAI, OpenAIResponses
from llama_index.llms.openai_like import OpenAILike
# docs: end

PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)


def over_openai(url, key, row, **settings):
    model = row["model"]
    # docs: LlamaIndex, OpenAI
    llm = OpenAI(api_base=f"{url}/v1", api_key=key, model=model, **settings)
    # docs: end
    return llm


def over_openai_like(url, key, row, **settings):
    model = row["model"]
    # docs: LlamaIndex, OpenAILike
    llm = OpenAILike(
        api_base=f"{url}/v1",
        api_key=key,
        model=model,
        is_chat_model=True,
        is_function_calling_model=True,
        should_use_structured_outputs=True,
        context_window=128_000,
        **settings,
    )
    # docs: end
    return llm


def over_azure(url, key, row, **settings):
    model, base_model = row["model"], row["serves"]
    # docs: LlamaIndex, AzureOpenAI
    llm = AzureOpenAI(
        azure_endpoint=url, api_key=key, engine=model, model=base_model, api_version="2024-10-21", **settings
    )
    # docs: end
    return llm


@pytest.fixture(params=[over_openai, over_openai_like, over_azure], ids=["openai", "openai-like", "azure"])
def connect(request, gateway):
    """`connect(row)` returns a model of the class under test, with LlamaIndex's defaults but without retries."""

    def connect(row, key="client-key", **settings):
        row = {"model": row, "serves": "gpt-4o"} if isinstance(row, str) else row
        if request.param is over_openai and row["model"] != row["serves"]:
            pytest.skip("OpenAI takes only the model names that it knows; OpenAILike takes any")
        return request.param(gateway.url, key, row, **{"max_retries": 0, **settings})

    return connect


def said_by(row, text):
    return f"{row['serves']} says: {text}"


@every_framework_model()
def test_the_defaults(row, connect, simulator):
    assert connect(row).complete("Hello").text == said_by(row, "Hello")
    body = simulator.only()["body"]
    assert body["model"] == row["deployment"]
    assert "temperature" in body or not row["sampling"] or row["serves"] == "gpt-5.1"


@every_framework_model()
def test_settings_of_another_generation(row, connect, simulator):
    llm = connect(row, temperature=0.2, max_tokens=900, additional_kwargs={"seed": 7, "top_p": 0.5})
    answer = llm.chat([ChatMessage(role="system", content="Be brief."), ChatMessage("Hello, wörld")])
    assert answer.message.content == said_by(row, "Hello, wörld")
    assert answer.additional_kwargs["total_tokens"] > 0
    body = simulator.only()["body"]
    assert [value for key, value in body.items() if key.startswith("max_")] == [900]
    assert body.get("top_p") == (0.5 if row["sampling"] else None)


@every_framework_model()
def test_a_stream(row, connect, simulator):
    # docs: LlamaIndex, stream
    def stream(llm, text):
        for part in llm.stream_chat([ChatMessage(text)]):
            yield part.delta
    # docs: end

    said = "".join(delta or "" for delta in stream(connect(row), "Count: one, two"))
    assert said == said_by(row, "Count: one, two")
    assert (simulator.only()["body"].get("stream") is True) == row["streams"]


@every_framework_model()
def test_a_stream_with_usage(row, connect):
    llm = connect(row, additional_kwargs={"stream_options": {"include_usage": True}})
    *_, last = llm.stream_chat([ChatMessage("Hello")])
    assert last.message.content == said_by(row, "Hello")
    assert last.raw.usage.total_tokens > 0


# docs: LlamaIndex, tools
def weather(city: str) -> str:
    """The weather in a city"""
    return f"18 degrees in {city}"


async def ask_with_tools(llm, question):
    agent = FunctionAgent(llm=llm, tools=[weather], system_prompt="Be brief.")
    return str(await agent.run(question))
# docs: end


@every_framework_model()
def test_a_loop_of_tools(row, connect, loop, simulator):
    answer = loop.run(ask_with_tools(connect(row), "How is the weather in Paris?"))
    assert answer == said_by(row, "the tool answered 18 degrees in city")
    first, second = (call["body"] for call in simulator.received())
    assert first["tools"][0]["function"]["name"] == "weather"
    assert second["messages"][-1]["tool_call_id"] == second["messages"][-2]["tool_calls"][0]["id"]


@every_framework_model()
def test_one_call_of_a_tool(row, connect):
    tool = FunctionTool.from_defaults(weather)
    assert connect(row).predict_and_call([tool], "How is the weather in Paris?").response == "18 degrees in city"


# docs: LlamaIndex, structured output
class City(pydantic.BaseModel):
    """A city and its sights."""

    name: str
    capital: bool
    sights: list[str]


def describe(llm, question):
    return llm.as_structured_llm(City).complete(question).raw
# docs: end


@every_framework_model()
def test_structured_output(row, connect):
    city = describe(connect(row), "Tell me about Paris.")
    assert isinstance(city, City) and city.sights


@every_framework_model()
def test_streamed_structured_output(row, connect):
    prompt = PromptTemplate("Tell me about {city}.")
    *_, last = connect(row).stream_structured_predict(City, prompt, city="Paris")
    assert isinstance(last, City) and last.sights


@every_framework_model(images=True)
def test_an_image(row, connect, simulator):
    # docs: LlamaIndex, image
    def look(llm, question, png):
        image = ImageBlock(image=png, image_mimetype="image/png")
        return llm.chat([ChatMessage(blocks=[TextBlock(text=question), image])])
    # docs: end

    answer = look(connect(row), "What is it?", base64.b64decode(PIXEL))
    assert answer.message.content == said_by(row, "What is it? (1 image)")
    (message,) = simulator.only()["body"]["messages"]
    assert message["content"][1]["image_url"]["url"] == f"data:image/png;base64,{PIXEL}"


def test_a_stream_that_the_client_leaves_ends_the_call_to_azure(connect, simulator):
    def read_a_little(llm):
        for part in llm.stream_complete("[[sim: text=500 pace=10ms]] Go"):
            if part.delta:
                return

    read_a_little(connect("gpt-4o"))
    # LlamaIndex closes nothing. The connection is closed when Python collects the objects that hold it.
    gc.collect()
    assert simulator.ending() == "abandoned"


def test_a_stream_that_is_cancelled_ends_the_call_to_azure(connect, loop, simulator):
    # docs: LlamaIndex, cancel
    async def read(llm, text, seconds):
        async with asyncio.timeout(seconds):
            async for part in await llm.astream_complete(text):
                print(part.delta, end="")
    # docs: end

    with pytest.raises(TimeoutError):
        loop.run(read(connect("gpt-4o"), "[[sim: text=5000 pace=10ms]] Go", 0.5))
    assert simulator.ending() == "abandoned"


@pytest.mark.parametrize("model", ["gpt-4o", "o1"])
def test_a_call_that_is_cancelled_ends_the_call_to_azure(model, connect, loop, simulator):
    async def give_up(llm, text, seconds):
        async with asyncio.timeout(seconds):
            return await llm.acomplete(text)

    with pytest.raises(TimeoutError):
        loop.run(give_up(connect(model), "[[sim: slow=60s]] Go", 0.5))
    assert simulator.ending() == "abandoned"


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_fifty_at_once(stream, connect, loop, simulator):
    async def say(llm, text):
        if not stream:
            return (await llm.acomplete(text)).text
        return [part.text async for part in await llm.astream_complete(text)][-1]

    async def crowd(llm, texts):
        return await asyncio.gather(*(say(llm, text) for text in texts))

    texts = [f"Call {at}" for at in range(50)]
    answers = loop.run(crowd(connect({"model": "gpt-5.1", "serves": "gpt-5.1"}), texts))
    assert answers == [f"gpt-5.1 says: {text}" for text in texts]
    assert len(simulator.received()) == 50


ERRORS = [
    ("429 retry-after=7", openai.RateLimitError, "retry"),
    ("filter", openai.BadRequestError, "content management policy"),
    ("400", openai.BadRequestError, "Error code: 400"),
    ("503", openai.InternalServerError, "Error code: 503"),
]


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize("model", ["gpt-4o", "o1"])
@pytest.mark.parametrize("words, error, message", ERRORS, ids=lambda value: value if isinstance(value, str) else "")
def test_an_error_of_azures(words, error, message, model, stream, connect):
    llm = connect(model)
    with pytest.raises(error, match=message) as raised:
        list(llm.stream_complete(f"[[sim: {words}]]")) if stream else llm.complete(f"[[sim: {words}]]")
    if error is openai.RateLimitError:
        assert raised.value.response.headers["retry-after"] == "7"
    if words == "filter":
        assert raised.value.code == "content_filter"


def test_retries_wait_as_long_as_azure_asks(connect, simulator):
    simulator.fault("429 retry-after-ms=20", times=2)
    begin = time.monotonic()
    assert connect("gpt-4o", max_retries=3).complete("Hello").text == "gpt-4o says: Hello"
    assert time.monotonic() - begin < 1
    assert len(simulator.received()) == 3


def test_a_wrong_key(connect, simulator):
    with pytest.raises(openai.AuthenticationError, match="key"):
        connect("gpt-4o", key="no-such-key").complete("Hello")
    assert simulator.received() == []


def test_an_unknown_model(connect, simulator):
    # LlamaIndex knows this name, and azgate does not.
    unknown = {"model": "gpt-4-turbo", "serves": "gpt-4-turbo"}
    with pytest.raises(openai.NotFoundError, match="gpt-4-turbo"):
        connect(unknown).complete("Hello")
    assert simulator.received() == []


def test_without_is_chat_model_it_calls_completions(gateway, simulator):
    llm = OpenAILike(api_base=f"{gateway.url}/v1", api_key="client-key", model="gpt-4o", max_retries=0)
    with pytest.raises(openai.NotFoundError, match="/v1/chat/completions"):
        llm.complete("Hello")
    assert simulator.received() == []


@pytest.mark.parametrize("model", ["gpt-4o", "gpt-5"])
@pytest.mark.parametrize("words", ["cut", "error-event"])
def test_an_error_in_the_middle_of_a_stream(words, model, connect):
    said = ""
    with pytest.raises(openai.APIError):
        for part in connect(model).stream_complete(f"[[sim: text=200 {words}]]"):
            said = part.text
    assert "lorem" in said


# OpenAIResponses takes only names that it knows, and it does not know gpt-5-codex.
@pytest.mark.parametrize("model", ["gpt-4o", "o1", "gpt-5", "o3-pro"])
def test_the_responses_api(model, gateway, loop, simulator):
    url, key = gateway.url, "client-key"
    # docs: LlamaIndex, Responses
    llm = OpenAIResponses(api_base=f"{url}/v1", api_key=key, model=model, include=["reasoning.encrypted_content"])
    # docs: end
    assert llm.complete("Hello").text == f"{model} says: Hello"
    assert "".join(part.delta or "" for part in llm.stream_chat([ChatMessage("Hello")])) == f"{model} says: Hello"
    assert llm.as_structured_llm(City).complete("Tell me about Paris.").raw.sights
    assert {call["path"] for call in simulator.received()} == {"/openai/v1/responses"}
    answer = loop.run(ask_with_tools(llm, "How is the weather in Paris?"))
    assert answer == f"{model} says: the tool answered 18 degrees in city"
