"""LangChain over the Responses API, and over chat with models that Azure serves only on the Responses API."""

import openai
import pydantic
import pytest
from conftest import every_responses_model
from langchain_core.messages import HumanMessage, SystemMessage
from langchain_core.tools import tool
from langchain_openai import AzureChatOpenAI, ChatOpenAI

PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)


def over_openai(url, key, model, **settings):
    # docs: LangChain, Responses
    llm = ChatOpenAI(
        base_url=f"{url}/v1",
        api_key=key,
        model=model,
        use_responses_api=True,
        include=["reasoning.encrypted_content"],
        **settings,
    )
    # docs: end
    return llm


def over_azure(url, key, model, **settings):
    return AzureChatOpenAI(
        azure_endpoint=url,
        api_key=key,
        azure_deployment=model,
        api_version="2025-04-01-preview",
        use_responses_api=True,
        include=["reasoning.encrypted_content"],
        **settings,
    )


def over_chat(url, key, model, **settings):
    return ChatOpenAI(base_url=f"{url}/v1", api_key=key, model=model, use_responses_api=False, **settings)


@pytest.fixture(params=[over_openai, over_azure, over_chat], ids=["openai", "azure", "chat"])
def connect(request, gateway):
    def connect(model, **settings):
        return request.param(gateway.url, "client-key", model, **{"max_retries": 0, **settings})

    return connect


@every_responses_model(frameworks=True)
def test_settings_of_another_generation(row, connect, simulator):
    llm = connect(row["model"], temperature=0.2, max_tokens=900, top_p=0.5)
    answer = llm.invoke([SystemMessage("Be brief."), HumanMessage("Hello, wörld")])
    assert answer.text == f"{row['model']} says: Hello, wörld"
    assert answer.usage_metadata["total_tokens"] > 0
    body = simulator.only()["body"]
    # ChatOpenAI itself drops the temperature if the name begins with gpt-5.
    assert body.get("temperature") == (0.2 if row["sampling"] else None)
    assert [value for key, value in body.items() if key.startswith("max_")] == [900]


@every_responses_model(frameworks=True)
def test_a_stream(row, connect, simulator):
    said = "".join(chunk.text for chunk in connect(row["model"]).stream("Count: one, two"))
    assert said == f"{row['model']} says: Count: one, two"
    assert (simulator.only()["body"].get("stream") is True) == row["streams"]


@tool
def weather(city: str) -> str:
    """The weather in a city"""
    return f"18 degrees in {city}"


@every_responses_model(frameworks=True)
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_a_loop_of_tools(row, stream, connect, simulator):
    llm = connect(row["model"]).bind_tools([weather])
    messages = [HumanMessage("[[sim: calls=3]] How is the weather in Paris?")]
    while True:
        if stream:
            answer = None
            for chunk in llm.stream(messages):
                answer = chunk if answer is None else answer + chunk
        else:
            answer = llm.invoke(messages)
        if not answer.tool_calls:
            break
        messages += [answer, *(weather.invoke(call) for call in answer.tool_calls)]
    assert answer.text == f"{row['model']} says: the tool answered 18 degrees in city"
    assert len(simulator.received()) == 4


class City(pydantic.BaseModel):
    """A city and its sights."""

    name: str
    sights: list[str]


@every_responses_model(frameworks=True, schema=True)
def test_structured_output(row, connect):
    city = connect(row["model"]).with_structured_output(City).invoke("Tell me about Paris.")
    assert isinstance(city, City) and city.sights


@every_responses_model(frameworks=True, images=True)
def test_an_image(row, connect):
    image = {"type": "image", "base64": PIXEL, "mime_type": "image/png"}
    answer = connect(row["model"]).invoke([HumanMessage(content=[{"type": "text", "text": "What is it?"}, image])])
    assert answer.text == f"{row['model']} says: What is it? (1 image)"


@pytest.mark.parametrize("model", ["gpt-5", "gpt-5-codex", "gpt-35-turbo"])
def test_errors(model, connect):
    for words, error in [("429", openai.RateLimitError), ("400", openai.BadRequestError), ("503", openai.InternalServerError)]:
        with pytest.raises(error):
            connect(model).invoke(f"[[sim: {words}]]")
    said = ""
    with pytest.raises(openai.APIError):
        for chunk in connect(model).stream("[[sim: text=200 cut]]"):
            said += chunk.text
    assert "lorem" in said


def test_by_default_azure_stores_the_reasoning(lone_gateway):
    """The conversation names objects that Azure has stored, so it needs the gateway whose callers share them."""
    llm = ChatOpenAI(base_url=f"{lone_gateway.url}/v1", api_key="any", model="gpt-5", use_responses_api=True)
    llm = llm.bind_tools([weather])
    question = HumanMessage("How is the weather in Paris?")
    first = llm.invoke([question])
    last = llm.invoke([question, first, weather.invoke(first.tool_calls[0])])
    assert last.text == "gpt-5 says: the tool answered 18 degrees in city"
