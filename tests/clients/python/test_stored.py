"""Objects that Azure stores: responses that are read again, continued, cancelled, deleted."""

import openai
import pytest

MODELS = ["gpt-4.1", "gpt-5", "gpt-5-codex"]
CITY = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"], "additionalProperties": False}
WEATHER = {"type": "function", "name": "weather", "description": "The weather in a city", "parameters": CITY, "strict": True}


@pytest.mark.parametrize("model", MODELS)
def test_a_response_is_read_again_and_deleted(model, connect_alone):
    responses = connect_alone(model).responses
    made = responses.create(model=model, input="Hello")
    assert responses.retrieve(made.id).output_text == f"{model} says: Hello"
    (item,) = responses.input_items.list(made.id)
    assert (item.role, item.content[0].text) == ("user", "Hello")
    responses.delete(made.id)
    with pytest.raises(openai.NotFoundError, match=made.id):
        responses.retrieve(made.id)


def test_a_stored_response_is_streamed_again(connect_alone):
    responses = connect_alone("gpt-5").responses
    events = list(responses.create(model="gpt-5", input="Hello", stream=True))
    made = events[-1].response
    again = list(responses.retrieve(made.id, stream=True, starting_after=3))
    assert [event.type for event in again] == [event.type for event in events[4:]]
    assert again[-1].response.output_text == "gpt-5 says: Hello"


@pytest.mark.parametrize("model", MODELS)
def test_a_conversation_goes_on_from_a_response(model, connect_alone):
    responses = connect_alone(model).responses
    first = responses.create(model=model, input="How is the weather?", tools=[WEATHER])
    (call,) = (item for item in first.output if item.type == "function_call")
    result = {"type": "function_call_output", "call_id": call.call_id, "output": "18 degrees"}
    second = responses.create(model=model, input=[result], tools=[WEATHER], previous_response_id=first.id)
    assert second.output_text == f"{model} says: the tool answered 18 degrees"
    with responses.stream(model=model, input="Thanks", previous_response_id=second.id) as stream:
        assert stream.get_final_response().output_text == f"{model} says: Thanks"


def test_a_response_in_the_background(connect_alone):
    responses = connect_alone("gpt-5").responses
    waiting = responses.create(model="gpt-5", input="Hello", background=True)
    assert waiting.status == "queued"
    done = responses.retrieve(waiting.id)
    assert (done.status, done.output_text) == ("completed", "gpt-5 says: Hello")
    with pytest.raises(openai.BadRequestError, match="Cannot cancel a completed response"):
        responses.cancel(done.id)
    waiting = responses.create(model="gpt-5", input="Hello", background=True)
    assert responses.cancel(waiting.id).status == "cancelled"


def test_a_response_that_does_not_exist(connect_alone):
    responses = connect_alone("gpt-5").responses
    for call in (responses.retrieve, responses.delete, responses.cancel, responses.input_items.list):
        with pytest.raises(openai.NotFoundError, match="resp_none"):
            call("resp_none")
    with pytest.raises(openai.BadRequestError) as raised:
        responses.create(model="gpt-5", input="Hello", previous_response_id="resp_none")
    assert (raised.value.param, raised.value.code) == ("previous_response_id", "previous_response_not_found")


def test_with_several_keys_no_client_can_name_what_azure_stores(connect, simulator):
    responses = connect("gpt-5").responses
    made = responses.create(model="gpt-5", input="Hello")
    simulator.clear()
    with pytest.raises(openai.NotFoundError):
        responses.retrieve(made.id)
    with pytest.raises(openai.NotFoundError):
        responses.create(model="gpt-5", input="And?", previous_response_id=made.id)
    assert simulator.received() == []
