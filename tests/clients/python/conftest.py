"""Runs the built azgate (its path is in AZGATE_BIN) as two processes, simulator and gateway, and builds SDK clients.

Every test checks what the client got and what the simulator received.
"""

import asyncio
import json
import os
import re
import socket
import subprocess
import time
import urllib.request
from pathlib import Path

import openai
import pytest

HERE = Path(__file__).parent
MODELS = json.loads((HERE.parent / "models.json").read_text())
FRAMEWORK_MODELS = json.loads((HERE.parent / "frameworks.json").read_text())
RESPONSES_MODELS = json.loads((HERE.parent / "responses.json").read_text())
BINARY = os.environ["AZGATE_BIN"]

# Loopback needs no proxy, and a developer's own accounts must not leak into the tests.
ACCOUNTS = ("azgate_", "azure_", "openai_", "langchain_", "langsmith_", "litellm_", "hf_")
for name in list(os.environ):
    if name.lower().endswith("_proxy") or name.lower().startswith(ACCOUNTS):
        del os.environ[name]

# These variables stop the frameworks from sending telemetry and fetching tables of models.
os.environ |= {
    "DO_NOT_TRACK": "1",
    "HF_HUB_OFFLINE": "1",
    "LANGSMITH_TRACING": "false",
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    "LITELLM_TELEMETRY": "False",
}


@pytest.fixture(scope="session", autouse=True)
def loopback_only():
    """Blocks the internet. Fails at the end with the names of the hosts that a client tried to reach."""
    resolve, tried = socket.getaddrinfo, set()

    def getaddrinfo(host, *arguments, **named):
        if host not in ("127.0.0.1", b"127.0.0.1"):
            tried.add(host)
            raise socket.gaierror(f"{host} is not this machine")
        return resolve(host, *arguments, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", getaddrinfo)
        yield
    assert not tried, f"the client called {tried}"


class Process:
    """A command of azgate, and the URL that the command prints first."""

    def __init__(self, *arguments, **variables):
        self.child = subprocess.Popen([BINARY, *arguments], stdout=subprocess.PIPE, text=True, env={**os.environ, **variables})
        line = self.child.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+", line)
        assert found, f"azgate {arguments[0]} printed no address: {line!r}"
        self.url = found.group()

    def stop(self):
        self.child.terminate()
        assert self.child.wait(timeout=30) == 0, "azgate did not stop in order"


class Simulator(Process):
    """The simulator, with its own endpoints."""

    def __init__(self):
        deployments = [f"--deployment={row['deployment']}={row['serves']}" for row in FRAMEWORK_MODELS]
        super().__init__("sim", "--listen", "127.0.0.1:0", "--key", "azure-key", *deployments)

    def _call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/__sim/{path}", data=data, method=method)
        with urllib.request.urlopen(request) as answer:
            return answer.read()

    def clear(self):
        self._call("DELETE", "requests")
        self._call("DELETE", "faults")

    def fault(self, words, times=1):
        """Orders a fault for the next calls."""
        self._call("POST", "faults", {"fault": words, "times": times})

    def received(self):
        """Returns every call of a model since the test began: path, headers, and the body as an object."""
        calls = [call for call in json.loads(self._call("GET", "requests")) if call["method"] == "POST"]
        return [{**call, "body": json.loads(call["body"] or "null")} for call in calls]

    def only(self):
        """Returns the only call that was received."""
        (call,) = self.received()
        return call

    def ending(self):
        """Waits for the end of the only answer. Returns `complete` or `abandoned`."""
        begin = time.monotonic()
        while (ending := self.only()["ending"]) is None:
            assert time.monotonic() - begin < 10, "the call to Azure is still open"
        return ending


@pytest.fixture(scope="session")
def simulator():
    simulator = Simulator()
    yield simulator
    simulator.stop()


@pytest.fixture(scope="session")
def gateway(simulator):
    endpoints = {f"AZGATE_RESOURCES__{name}__ENDPOINT": simulator.url for name in ("V1", "DATED", "WRONG-KEY")}
    config = str(HERE.parent / "azgate.toml")
    arguments = ("serve", "--config", config, "--listen", "127.0.0.1:0")
    gateway = Process(*arguments, SIM_KEY="azure-key", WRONG_KEY="another-key", **endpoints)
    yield gateway
    gateway.stop()


@pytest.fixture(scope="session")
def lone_gateway(simulator):
    """A gateway without a configuration. It has no keys, so its callers share what Azure stores."""
    account = {"AZURE_OPENAI_ENDPOINT": simulator.url, "AZURE_OPENAI_API_KEY": "azure-key"}
    gateway = Process("serve", "--listen", "127.0.0.1:0", AZGATE_LOG__LEVEL="warn", **account)
    yield gateway
    gateway.stop()


@pytest.fixture(scope="session")
def loop():
    """The only event loop. Frameworks keep asynchronous HTTP clients, and the first loop that uses one owns it."""
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(autouse=True)
def fresh(simulator):
    simulator.clear()


def build(kind, url, model, asynchronous=False, **options):
    """Builds an SDK client of one kind. It does not retry unless the options say so."""
    options = {"api_key": "client-key", "max_retries": 0, **options}
    prefix = "Async" if asynchronous else ""
    if kind == "openai":
        return getattr(openai, f"{prefix}OpenAI")(base_url=f"{url}/v1", **options)
    azure = getattr(openai, f"{prefix}AzureOpenAI")
    if kind == "azure":
        return azure(azure_endpoint=url, api_version="2024-10-21", **options)
    if kind == "azure-deployment":
        return azure(azure_endpoint=url, azure_deployment=model, api_version="2024-10-21", **options)
    return azure(base_url=f"{url}/openai/v1", api_version="preview", **options)


@pytest.fixture(params=["openai", "azure", "azure-deployment", "azure-v1"])
def kind(request):
    """The constructor of the SDK to use."""
    return request.param


@pytest.fixture(scope="session")
def clients():
    """The clients built so far. Each is built once, because building a client costs more than a call."""
    return {}


def connector(kind, gateway, clients):
    def connect(model, **options):
        if options:
            return build(kind, gateway.url, model, **options)
        # Only this kind ties a client to a model.
        key = (gateway.url, kind, model if kind == "azure-deployment" else None)
        if key not in clients:
            clients[key] = build(kind, gateway.url, model)
        return clients[key]

    return connect


@pytest.fixture
def connect(kind, gateway, clients):
    """`connect(model)` returns a client of the kind under test."""
    return connector(kind, gateway, clients)


@pytest.fixture
def connect_alone(kind, lone_gateway, clients):
    """Like `connect`, with the gateway whose callers share what Azure stores."""
    return connector(kind, lone_gateway, clients)


def named(row):
    return row["model"]


def every_model(of=MODELS, **wanted):
    """Parametrises a test with the rows of models.json, or of another list, that have these values."""
    rows = [row for row in of if all(row[key] == value for key, value in wanted.items())]
    return pytest.mark.parametrize("row", rows, ids=named)


def every_responses_model(**wanted):
    """Like `every_model`, with the rows of responses.json."""
    return every_model(RESPONSES_MODELS, **wanted)


def every_framework_model(**wanted):
    """Like `every_model`, with the rows of frameworks.json."""
    return every_model(FRAMEWORK_MODELS, **wanted)
