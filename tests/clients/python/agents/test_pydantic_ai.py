"""pydantic-ai, over chat completions and the Responses API."""

import pydantic
import pytest
from conftest import every_framework_model
from pydantic_ai import Agent
from pydantic_ai.exceptions import ModelHTTPError
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel
from pydantic_ai.providers.openai import OpenAIProvider


@pytest.fixture(params=["chat", "responses"])
def connect(request, gateway):
    """`connect(model)` returns the model's class for one of the two APIs."""
    key = "client-key"

    def chat(model):
        url = gateway.url
        # docs: pydantic-ai, chat
        llm = OpenAIChatModel(model, provider=OpenAIProvider(base_url=f"{url}/v1", api_key=key))
        # docs: end
        return llm

    def responses(model):
        url = gateway.url
        # docs: pydantic-ai, Responses
        llm = OpenAIResponsesModel(model, provider=OpenAIProvider(base_url=f"{url}/v1", api_key=key))
        # docs: end
        return llm

    return chat if request.param == "chat" else responses


@every_framework_model()
def test_two_turns(row, connect, loop):
    agent = Agent(connect(row["model"]), instructions="Be brief.")
    first = loop.run(agent.run("Hello"))
    assert first.output == f"{row['serves']} says: Hello"
    second = loop.run(agent.run("Again", message_history=first.all_messages()))
    assert second.output == f"{row['serves']} says: Again"


@every_framework_model(streams=True)
def test_a_stream(row, connect, loop):
    async def read():
        async with Agent(connect(row["model"])).run_stream("Hello") as answer:
            return "".join([piece async for piece in answer.stream_text(delta=True)])

    assert loop.run(read()) == f"{row['serves']} says: Hello"


@every_framework_model()
def test_a_loop_of_tools(row, connect, loop, simulator):
    # docs: pydantic-ai, tools
    def weather(city: str) -> str:
        """The weather in a city."""
        return f"18 degrees in {city}"

    async def ask_with_tools(llm, question):
        agent = Agent(llm, tools=[weather])
        return (await agent.run(question)).output
    # docs: end

    said = loop.run(ask_with_tools(connect(row["model"]), "[[sim: calls=3]] How is the weather in Paris?"))
    assert said == f"{row['serves']} says: the tool answered 18 degrees in city"
    assert len(simulator.received()) == 4


class City(pydantic.BaseModel):
    """A city."""

    name: str
    capital: bool


@every_framework_model()
def test_structured_output(row, connect, loop):
    answer = loop.run(Agent(connect(row["model"]), output_type=City).run("Paris"))
    assert answer.output.name == "name"


def test_an_error(connect, loop):
    with pytest.raises(ModelHTTPError) as caught:
        loop.run(Agent(connect("gpt-5")).run("[[sim: 400]]"))
    assert caught.value.status_code == 400
