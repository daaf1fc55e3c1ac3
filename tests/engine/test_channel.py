import io

import pytest

from rtaudiogen.engine import channel
from rtaudiogen.errors import RtAudioGenError, UsageError


def test_messages_come_out_as_they_went_in():
    pipe = io.BytesIO()
    channel.send(pipe, {"call": "add_slot", "arguments": {"model": "ein Ton\n"}})
    channel.send(pipe, {"call": "start"})
    pipe.seek(0)
    assert channel.receive(pipe) == {"call": "add_slot", "arguments": {"model": "ein Ton\n"}}
    assert channel.receive(pipe) == {"call": "start"}
    assert channel.receive(pipe) is None


def test_a_message_cut_off_in_the_middle_is_the_end():
    assert channel.receive(io.BytesIO(b'{"call": "sta')) is None


@pytest.mark.parametrize("error", [RtAudioGenError("no"), UsageError("not meant")])
def test_errors_arrive_as_what_they_were(error):
    with pytest.raises(type(error), match=str(error)):
        channel.result(channel.failure(error))


def test_a_fault_of_the_engine_arrives_as_an_error_that_names_it():
    with pytest.raises(RtAudioGenError, match="engine fault: ZeroDivisionError"):
        channel.result(channel.failure(ZeroDivisionError("1/0")))
