"""The channel carries framed messages over a connection."""

import socket
import threading
from collections.abc import Iterator

import pytest

from rtaudiogen.errors import RtAudioGenError, UsageError
from rtaudiogen.wire import channel
from rtaudiogen.wire.channel import Channel


@pytest.fixture
def ends() -> Iterator[tuple[Channel, socket.socket]]:
    """Yield a channel, and the other end of its connection."""
    with socket.create_server((channel.HOST, 0)) as listener:
        here = Channel.connect(listener.getsockname()[1], 5.0)
        there, _ = listener.accept()
    with there:
        yield here, there
    here.close()


def test_messages_come_out_as_they_went_in(ends):
    here, there = ends
    other = Channel(there)
    other.send({"call": "add_slot", "arguments": {"model": "ein Ton\n"}})
    other.send({"call": "start"})
    other.close()
    assert here.receive() == {"call": "add_slot", "arguments": {"model": "ein Ton\n"}}
    assert here.receive() == {"call": "start"}
    assert here.receive() is None


def test_a_message_cut_off_in_the_middle_is_the_end(ends):
    here, there = ends
    there.sendall(b'{"call": "sta')
    there.close()
    assert here.receive() is None


@pytest.mark.parametrize("line", [b"no JSON\n", b"[1]\n", b'"text"\n', b"[" * 100_000 + b"\n"])
def test_a_line_other_than_a_message_is_refused(ends, line):
    here, there = ends
    there.sendall(line)
    with pytest.raises(ValueError, match=r"not a message|nested|Expecting"):
        here.receive()


def test_two_threads_do_not_write_into_each_others_messages(ends):
    here, there = ends
    other = Channel(there)
    long = {"result": "x" * 30_000_000}
    writer = threading.Thread(target=here.send, args=(long,))
    writer.start()
    there.recv(1, socket.MSG_PEEK)  # it has begun
    with pytest.raises(TimeoutError):  # the other end does not read, so the first waits
        here.send({"taken": True}, 0.1)
    assert other.receive() == long
    writer.join()
    here.send({"taken": True}, 0.1)
    assert other.receive() == {"taken": True}


@pytest.mark.parametrize("error", [RtAudioGenError("no"), UsageError("not meant")])
def test_errors_arrive_as_what_they_were(error):
    with pytest.raises(type(error), match=str(error)):
        channel.result(channel.failure(error))


def test_a_fault_of_the_engine_arrives_as_an_error_that_names_it():
    with pytest.raises(RtAudioGenError, match="engine fault: ZeroDivisionError"):
        channel.result(channel.failure(ZeroDivisionError("1/0")))
