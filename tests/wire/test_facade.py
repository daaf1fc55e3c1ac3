"""The façade is declared once, carried out in the engine, and sent by clients."""

import inspect

import pytest

from rtaudiogen.client.remote import EngineProcess
from rtaudiogen.engine.core import Engine
from rtaudiogen.wire.facade import AT_ONCE, VERBS, Facade
from rtaudiogen.wire.remote_verbs import RemoteVerbs


@pytest.mark.parametrize("name", VERBS)
@pytest.mark.parametrize("who", [Engine, EngineProcess])
def test_every_verb_is_given(who: type[Facade], name: str) -> None:
    given = getattr(who, name)
    assert given is not VERBS[name], "declared, but not carried out"
    assert inspect.signature(given) == inspect.signature(VERBS[name])


class Line(RemoteVerbs):
    """A connection that records what is sent."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, dict[str, object]]] = []

    def _call(self, call: str, **arguments: object) -> str:
        self.sent.append((call, arguments))
        return "reply"

    def _send(self, call: str, arguments: object) -> None:
        self.sent.append((f"{call} at once", dict(arguments)))


def test_verbs_are_sent_with_their_arguments_by_name() -> None:
    line = Line()
    assert line.add_slot("sine", seed=3) == "reply"
    line.set_mix(2, "pan", value=0.5)
    line.panic()
    assert line.sent == [
        ("add_slot", {"model": "sine", "seed": 3}),
        ("set_mix at once", {"slot": 2, "field": "pan", "value": 0.5}),
        ("panic at once", {}),
    ]


def test_commands_at_once_return_nothing() -> None:
    assert {"play_now", "panic", "set_parameter", "set_mix", "set_master"} == AT_ONCE
    for name in AT_ONCE:
        assert inspect.signature(VERBS[name]).return_annotation in (None, "None")
