"""Tools that Azure runs, in chat completions. azgate sends such calls to the Responses API."""

import pytest
from openai.types.chat.chat_completion_message import Annotation

FILE_SEARCH = {"type": "file_search", "vector_store_ids": ["vs_1", "vs_2"]}
CODE = {"type": "code_interpreter", "container": {"type": "auto"}}
WEB = {"type": "web_search"}
QUESTION = [{"role": "user", "content": "What is new?"}]

both = pytest.mark.parametrize("kind", ["openai", "azure"], indirect=True)
models = pytest.mark.parametrize("model", ["gpt-4.1", "gpt-5", "gpt-5-codex"])


def ask(client, model, stream, tools):
    """Returns the message. The SDK assembles it if the answer is a stream."""
    completions = client.chat.completions
    if not stream:
        return completions.create(model=model, messages=QUESTION, tools=tools).choices[0].message
    with completions.stream(model=model, messages=QUESTION, tools=tools) as events:
        return events.get_final_completion().choices[0].message


def field(message, name):
    """Returns a field that Azure or azgate adds. The SDK keeps unknown fields in `model_extra`."""
    value = getattr(message, name)
    return [one if isinstance(one, dict) else one.model_dump() for one in value] if isinstance(value, list) else value


@both
@models
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_file_search(model, stream, connect_alone, simulator):
    message = ask(connect_alone(model), model, stream, [FILE_SEARCH])
    assert message.content == f"{model} says: What is new?"
    cited = [annotation["url_citation"]["title"] for annotation in field(message, "annotations")]
    assert cited == ["vs_1.txt", "vs_2.txt"]
    raw = field(message, "azgate")["annotations"]
    assert [(one["type"], one["file_id"]) for one in raw] == [
        ("file_citation", "assistant-vs_1"),
        ("file_citation", "assistant-vs_2"),
    ]
    end = len(message.content)
    assert [one["index"] for one in raw] == [end, end]
    # Clients of On Your Data read citations in this form.
    citations = field(message, "context")["citations"]
    assert [citation["title"] for citation in citations] == cited
    assert "What vs_1 says of" in citations[0]["content"]
    kinds = [item["type"] for item in field(message, "azgate")["output"]]
    assert "file_search_call" in kinds and kinds[-1] == "message"
    assert simulator.only()["body"]["tools"] == [FILE_SEARCH]


@both
@models
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_code_interpreter_and_web_search(model, stream, connect, simulator):
    message = ask(connect(model), model, stream, [CODE, WEB])
    assert message.content == f"{model} says: What is new?"
    annotations = field(message, "annotations")
    pages = [annotation["url_citation"] for annotation in annotations if annotation["type"] == "url_citation"]
    assert [page["url"] for page in pages] == ["https://example.com/found"]
    output = field(message, "azgate")["output"]
    (run,) = (item for item in output if item["type"] == "code_interpreter_call")
    assert run["code"].startswith("print(") and run["outputs"][0]["logs"].strip() == "What is new?"
    assert any(item["type"] == "web_search_call" for item in output)
    assert simulator.only()["path"] == "/openai/v1/responses"


@both
@models
def test_the_sdk_knows_every_citation(model, connect_alone):
    """A strict parser reads the citations of files and pages, in a whole answer and in an assembled stream."""
    completions = connect_alone(model).chat.completions
    tools = [FILE_SEARCH, CODE, WEB]
    whole = completions.create(model=model, messages=QUESTION, tools=tools)
    with completions.stream(model=model, messages=QUESTION, tools=tools) as events:
        streamed = events.get_final_completion()
    for answer in (whole, streamed):
        message = answer.choices[0].message
        annotations = field(message, "annotations")
        for annotation in annotations:
            Annotation.model_validate(annotation, strict=True)
        urls = [annotation["url_citation"]["url"] for annotation in annotations]
        assert urls == ["azgate:file/assistant-vs_1", "azgate:file/assistant-vs_2", "https://example.com/found"]
        kinds = [annotation["type"] for annotation in field(message, "azgate")["annotations"]]
        assert kinds == ["file_citation", "file_citation", "container_file_citation"]
        made = field(message, "azgate")["annotations"][2]
        assert made["filename"] == "plot.png" and made["container_id"] and made["file_id"]


@both
def test_an_answer_is_sent_back_with_what_the_tools_did(connect_alone, simulator):
    create = connect_alone("gpt-5").chat.completions.create
    message = create(model="gpt-5", messages=QUESTION, tools=[FILE_SEARCH]).choices[0].message
    messages = [*QUESTION, message, {"role": "user", "content": "And now?"}]
    answer = create(model="gpt-5", messages=messages, tools=[FILE_SEARCH])
    assert answer.choices[0].message.content == "gpt-5 says: And now?"
    sent = simulator.received()[1]["body"]["input"]
    # This model ignores the reasoning of an older question.
    assert [item["type"] for item in sent] == ["message", "file_search_call", "message", "message"]
