"""LangChain: `ChatOpenAI` and `AzureChatOpenAI`, with the parameters that they send by themselves."""

import asyncio
import base64
import time

import openai
import pydantic
import pytest
from conftest import every_framework_model

# docs: LangChain, imports
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_core.tools import tool
from langchain_openai import AzureChatOpenAI, ChatOpenAI
# docs: end

PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)


def over_openai(url, key, model, **settings):
    # docs: LangChain, ChatOpenAI
    llm = ChatOpenAI(base_url=f"{url}/v1", api_key=key, model=model, **settings)
    # docs: end
    return llm


def over_azure(url, key, model, **settings):
    # docs: LangChain, AzureChatOpenAI
    llm = AzureChatOpenAI(
        azure_endpoint=url, api_key=key, azure_deployment=model, api_version="2024-10-21", **settings
    )
    # docs: end
    return llm


@pytest.fixture(params=[over_openai, over_azure], ids=["openai", "azure"])
def connect(request, gateway):
    """`connect(model)` returns a model of the class under test, with LangChain's defaults but without retries."""

    def connect(model, key="client-key", **settings):
        return request.param(gateway.url, key, model, **{"max_retries": 0, **settings})

    return connect


def said_by(row, text):
    return f"{row['serves']} says: {text}"


@every_framework_model()
def test_the_defaults(row, connect, simulator):
    answer = connect(row["model"]).invoke("Hello")
    assert answer.text == said_by(row, "Hello")
    assert answer.usage_metadata["total_tokens"] > 0
    assert answer.response_metadata["finish_reason"] == "stop"
    assert simulator.only()["body"]["model"] == row["deployment"]


@every_framework_model()
def test_settings_of_another_generation(row, connect, simulator):
    llm = connect(row["model"], temperature=0.2, max_tokens=900, top_p=0.5, n=1, seed=7)
    answer = llm.invoke([SystemMessage("Be brief."), HumanMessage("Hello, wörld")])
    assert answer.text == said_by(row, "Hello, wörld")
    body = simulator.only()["body"]
    # ChatOpenAI itself drops the temperature if the name begins with gpt-5.
    guessed = type(llm) is ChatOpenAI and row["model"].startswith("gpt-5")
    assert body.get("temperature") == (0.2 if row["sampling"] and not guessed else None)
    assert [value for key, value in body.items() if key.startswith("max_")] == [900]


@every_framework_model()
def test_a_stream(row, connect, simulator):
    # docs: LangChain, stream
    def stream(llm, text):
        for chunk in llm.stream(text):
            yield chunk.text
    # docs: end

    assert "".join(stream(connect(row["model"]), "Count: one, two")) == said_by(row, "Count: one, two")
    assert (simulator.only()["body"].get("stream") is True) == row["streams"]


@every_framework_model()
def test_a_stream_with_usage(row, connect):
    chunks = list(connect(row["model"], stream_usage=True).stream("Hello"))
    whole = chunks[0]
    for chunk in chunks[1:]:
        whole += chunk
    assert whole.text == said_by(row, "Hello")
    assert whole.usage_metadata["output_tokens"] > 0


# docs: LangChain, tools
@tool
def weather(city: str) -> str:
    """The weather in a city"""
    return f"18 degrees in {city}"


def ask_with_tools(llm, question):
    llm = llm.bind_tools([weather], parallel_tool_calls=False)
    messages = [HumanMessage(question)]
    while (answer := llm.invoke(messages)).tool_calls:
        messages += [answer, *(weather.invoke(call) for call in answer.tool_calls)]
    return answer.text
# docs: end


@every_framework_model()
def test_a_loop_of_tools(row, connect, simulator):
    answer = ask_with_tools(connect(row["model"], temperature=0), "How is the weather in Paris?")
    assert answer == said_by(row, "the tool answered 18 degrees in city")
    first, second = (call["body"] for call in simulator.received())
    assert first["tools"][0]["function"]["name"] == "weather"
    assert second["messages"][-1]["tool_call_id"] == second["messages"][-2]["tool_calls"][0]["id"]


@every_framework_model()
def test_streamed_tool_calls(row, connect):
    whole = None
    for chunk in connect(row["model"]).bind_tools([weather]).stream("How is the weather in Paris?"):
        whole = chunk if whole is None else whole + chunk
    (call,) = whole.tool_calls
    assert call["name"] == "weather" and "city" in call["args"]


# docs: LangChain, structured output
class City(pydantic.BaseModel):
    """A city and its sights."""

    name: str
    capital: bool
    sights: list[str]


def describe(llm, question):
    return llm.with_structured_output(City).invoke(question)
# docs: end


@every_framework_model()
def test_structured_output(row, connect, simulator):
    city = describe(connect(row["model"]), "Tell me about Paris.")
    assert isinstance(city, City) and city.sights
    assert simulator.only()["body"]["response_format"]["json_schema"]["strict"] is True


@pytest.mark.parametrize("method", ["function_calling", "json_mode"])
@every_framework_model()
def test_structured_output_of_older_kinds(method, row, connect):
    text = "Tell me about Paris, in JSON."
    answer = connect(row["model"]).with_structured_output(City, method=method, include_raw=True).invoke(text)
    if method == "json_mode":
        assert answer["raw"].text.startswith("{")
    else:
        assert isinstance(answer["parsed"], City)


@every_framework_model(images=True)
def test_an_image(row, connect, simulator):
    # docs: LangChain, image
    def look(llm, question, png):
        data = base64.b64encode(png).decode()
        image = {"type": "image", "base64": data, "mime_type": "image/png"}
        return llm.invoke([HumanMessage(content=[{"type": "text", "text": question}, image])])
    # docs: end

    answer = look(connect(row["model"]), "What is it?", base64.b64decode(PIXEL))
    assert answer.text == said_by(row, "What is it? (1 image)")
    (message,) = simulator.only()["body"]["messages"]
    assert message["content"][1]["image_url"]["url"] == f"data:image/png;base64,{PIXEL}"


@pytest.mark.parametrize("model", ["gpt-4o", "team-green"])
def test_a_stream_that_the_client_leaves_ends_the_call_to_azure(model, connect, simulator):
    stream = connect(model).stream("[[sim: text=500 pace=10ms]] Go")
    for chunk in stream:
        if chunk.text:
            break
    stream.close()
    assert simulator.ending() == "abandoned"


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize("model", ["gpt-4o", "o1"])
def test_a_call_that_is_cancelled_ends_the_call_to_azure(model, stream, connect, loop, simulator):
    # docs: LangChain, cancel
    async def give_up(llm, text, seconds):
        async with asyncio.timeout(seconds):
            return await llm.ainvoke(text)
    # docs: end

    with pytest.raises(TimeoutError):
        loop.run(give_up(connect(model, streaming=stream), "[[sim: slow=60s]] Go", 0.5))
    assert simulator.ending() == "abandoned"


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_fifty_at_once(stream, connect, loop, simulator):
    async def crowd(llm, texts):
        if not stream:
            return [answer.text for answer in await llm.abatch(texts)]

        async def streamed(text):
            return "".join([chunk.text async for chunk in llm.astream(text)])

        return await asyncio.gather(*map(streamed, texts))

    texts = [f"Call {at}" for at in range(50)]
    assert loop.run(crowd(connect("team-red"), texts)) == [f"gpt-5.1 says: {text}" for text in texts]
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
        list(llm.stream(f"[[sim: {words}]]")) if stream else llm.invoke(f"[[sim: {words}]]")
    if error is openai.RateLimitError:
        assert raised.value.response.headers["retry-after"] == "7"
    if words == "filter":
        assert raised.value.code == "content_filter"


def test_retries_wait_as_long_as_azure_asks(connect, simulator):
    simulator.fault("429 retry-after-ms=20", times=2)
    begin = time.monotonic()
    assert connect("gpt-5", max_retries=2).invoke("Hello").text == "gpt-5 says: Hello"
    assert time.monotonic() - begin < 1
    assert len(simulator.received()) == 3


def test_a_wrong_key(connect, simulator):
    with pytest.raises(openai.AuthenticationError, match="key"):
        connect("gpt-5", key="no-such-key").invoke("Hello")
    assert simulator.received() == []


def test_an_unknown_model(connect, simulator):
    with pytest.raises(openai.NotFoundError, match="no-such-model"):
        connect("no-such-model").invoke("Hello")
    assert simulator.received() == []


@pytest.mark.parametrize("model", ["gpt-4o", "gpt-5"])
@pytest.mark.parametrize("words", ["cut", "error-event"])
def test_an_error_in_the_middle_of_a_stream(words, model, connect):
    said = ""
    with pytest.raises(openai.APIError):
        for chunk in connect(model).stream(f"[[sim: text=200 {words}]]"):
            said += chunk.text
    assert "lorem" in said


@pytest.mark.parametrize("model, tools", [("gpt-5.6-sol", []), ("gpt-6-sol", [weather]), ("gpt-5-codex", [weather])])
def test_langchain_itself_calls_the_responses_api_for_the_newest_models(model, tools, gateway, simulator):
    llm = over_openai(gateway.url, "client-key", model, max_retries=0)
    answer = (llm.bind_tools(tools) if tools else llm).invoke("Hello")
    assert answer.tool_calls if tools else answer.text == f"{model} says: Hello"
    assert simulator.only()["path"] == "/openai/v1/responses"


def test_a_setting_keeps_the_newest_models_on_chat_completions(gateway, simulator):
    llm = over_openai(gateway.url, "client-key", "gpt-5.6-sol", max_retries=0, use_responses_api=False)
    assert llm.invoke("Hello").text == "gpt-5.6-sol says: Hello"
    assert simulator.only()["path"] == "/openai/v1/chat/completions"


def test_a_conversation_is_sent_back_unchanged(connect, simulator):
    llm = connect("team-blue")
    question = HumanMessage("Hello")
    again = llm.invoke([question, llm.invoke([question]), HumanMessage("And again")])
    assert isinstance(again, AIMessage) and again.text == "o1 says: And again"
    assert [message["role"] for message in simulator.received()[1]["body"]["messages"]] == ["user", "assistant", "user"]


def test_a_result_by_hand(connect):
    llm = connect("gpt-4o").bind_tools([weather])
    first = llm.invoke("The weather in both, Paris and Rome?")
    results = [ToolMessage("18 degrees", tool_call_id=call["id"]) for call in first.tool_calls]
    assert len(results) == 2
    assert llm.invoke([HumanMessage("Both?"), first, *results]).text.endswith("the tool answered 18 degrees")
