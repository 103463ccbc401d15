"""Runs the built azgate (its path is in AZGATE_BIN) as two processes, simulator and gateway, and builds SDK clients.

Every test is on what the client got and on what the simulator received.
"""

import json
import os
import re
import subprocess
import urllib.request
from pathlib import Path

import openai
import pytest

HERE = Path(__file__).parent
MODELS = json.loads((HERE.parent / "models.json").read_text())
BINARY = os.environ["AZGATE_BIN"]

# Loopback needs no proxy, and a developer's own account must not leak into the tests.
for name in list(os.environ):
    if name.lower().endswith("_proxy") or name.lower().startswith(("azgate_", "azure_", "openai_")):
        del os.environ[name]


class Process:
    """A command of azgate, and the URL that it prints first."""

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
        super().__init__("sim", "--listen", "127.0.0.1:0", "--key", "azure-key")

    def _call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/__sim/{path}", data=data, method=method)
        with urllib.request.urlopen(request) as answer:
            return answer.read()

    def clear(self):
        self._call("DELETE", "requests")
        self._call("DELETE", "faults")

    def fault(self, words, times=1):
        """Orders a fault that wears off."""
        self._call("POST", "faults", {"fault": words, "times": times})

    def received(self):
        """Every chat call since the test began: path, headers, and the body as an object."""
        calls = [call for call in json.loads(self._call("GET", "requests")) if call["method"] == "POST"]
        return [{**call, "body": json.loads(call["body"])} for call in calls]

    def only(self):
        """The one call that was received."""
        (call,) = self.received()
        return call


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


@pytest.fixture(autouse=True)
def fresh(simulator):
    simulator.clear()


def build(kind, url, model, asynchronous=False, **options):
    """An SDK client of one kind. It does not retry unless it is told to."""
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
    """Which constructor of the SDK is used."""
    return request.param


@pytest.fixture(scope="session")
def clients():
    """Building a client costs more than a call: each is built once."""
    return {}


@pytest.fixture
def connect(kind, gateway, clients):
    """`connect(model)` is a client of the kind under test."""

    def connect(model, **options):
        if options:
            return build(kind, gateway.url, model, **options)
        # Only one kind ties a client to a model.
        key = (kind, model if kind == "azure-deployment" else None)
        if key not in clients:
            clients[key] = build(kind, gateway.url, model)
        return clients[key]

    return connect


def named(row):
    return row["model"]


def every_model(**wanted):
    """Parametrises a test with the rows of models.json that have these values."""
    rows = [row for row in MODELS if all(row[key] == value for key, value in wanted.items())]
    return pytest.mark.parametrize("row", rows, ids=named)
