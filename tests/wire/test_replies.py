"""Every command gets its own reply or an error, even when the connection fails."""

from contextlib import closing
from queue import SimpleQueue
from typing import Any, cast

import pytest

from rtaudiogen.client.remote import EngineProcess
from rtaudiogen.engine import process
from rtaudiogen.engine.process import Host, serve
from rtaudiogen.errors import RtAudioGenError
from rtaudiogen.wire.channel import Message
from rtaudiogen.wire.client_connection import ClientConnection, GoneError
from rtaudiogen.wire.settings import EngineSettings

NULL = EngineSettings(output="null", midi="none")


class Replies:
    """A receiver of replies, converted through JSON."""

    def __init__(self) -> None:
        self.sent: list[Message] = []

    def send(self, message: Message) -> None:
        process.channel.json.dumps(message)
        self.sent.append(message)


def test_a_result_that_is_no_json_is_an_error_of_that_call_only():
    class Odd(Host):
        def __init__(self) -> None:
            pass

        def carry_out(self, message: Message) -> Any:
            return object() if message["call"] == "odd" else 3

    replies, waiting = Replies(), SimpleQueue[process._Waiting | None]()
    for number, call in enumerate(("odd", "even")):
        waiting.put(process._Waiting({"call": call, "number": number}, cast(Any, replies)))
    waiting.put(None)
    serve(Odd(), waiting)
    odd, even = replies.sent
    assert "not JSON serializable" in odd["error"]
    assert odd["number"] == 0
    assert even == {"result": 3, "number": 1}


@pytest.fixture
def engine():
    with closing(EngineProcess(NULL)) as engine:
        engine.start()
        yield engine


def test_a_late_reply_is_not_taken_for_the_next_one(engine, monkeypatch):
    replies = engine._present()._replies

    class Interrupted:
        def get(self) -> Message | None:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(engine._present(), "_replies", Interrupted())
        with pytest.raises(KeyboardInterrupt):
            engine.add_slot("sine")
        patch.setattr(engine._present(), "_replies", replies)
    assert [slot["model"] for slot in engine.session()["slots"]] == ["sine"]


def test_a_command_that_kills_every_engine_is_one_error_line(engine, monkeypatch):
    exchange = ClientConnection.exchange

    def deadly(connection: ClientConnection, call: str, arguments: Any) -> Any:
        if call == "learn":
            connection.kill()
            raise GoneError
        return exchange(connection, call, arguments)

    monkeypatch.setattr(ClientConnection, "exchange", deadly)
    with pytest.raises(RtAudioGenError, match="the command 'learn' killed the engine twice"):
        engine.learn(1, "attack")
    assert engine.session()["slots"] == []


def test_a_front_end_that_says_what_makes_no_sense_is_hung_up_on(engine):
    engine._present().send("play_now", {"status": "x"})
    assert engine._present().wait(10.0) is not None  # it has no home in which it would play on
    assert engine.session()["slots"] == []
