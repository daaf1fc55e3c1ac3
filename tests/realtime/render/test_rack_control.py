"""Commands wait in a queue for the render thread, or are refused without a trace."""

import pytest

from rtaudiogen.errors import UsageError
from rtaudiogen.realtime.notes.told import Told
from rtaudiogen.realtime.render.preparation import on_the_cpu
from rtaudiogen.realtime.render.rack_control import RackControl

from ..playing import RATE, sine


@pytest.fixture
def control() -> RackControl:
    return RackControl(RATE, 0, on_the_cpu, None, Told())


def waiting(control: RackControl) -> list[tuple[int, str, int]]:
    return [(frame, verb, slot) for frame, verb, slot, _ in control._commands.pending()]


def test_commands_wait_in_order_of_frame_and_then_of_call(control: RackControl) -> None:
    slot = control.add(sine())
    control.set_mix(slot, "pan", 0.5, at_frame=256)
    control.set_parameter(slot, "level", -10.0)
    control.panic(at_frame=128)
    assert waiting(control) == [
        (0, "add", slot),
        (0, "set_parameter", slot),
        (128, "panic", 0),
        (256, "set_mix", slot),
    ]


def test_control_knows_what_a_slot_will_play_before_it_does(control: RackControl) -> None:
    first, second = sine(), sine(16000)
    slot = control.add(first, at_frame=1000)
    assert control.generator(slot) is first
    control.swap(slot, second, at_frame=2000)
    assert control.generator(slot) is second
    control.remove(slot, at_frame=3000)
    with pytest.raises(UsageError, match="no slot 1; there are: none"):
        control.generator(slot)


@pytest.mark.parametrize("wrong", [{"parameters": {"level": 99.0}}, {"mix": {"colour": 1.0}}])
def test_a_refused_slot_takes_no_number_and_queues_nothing(
    control: RackControl, wrong: dict[str, dict[str, float]]
) -> None:
    with pytest.raises(UsageError, match=r"expected|no mix field"):
        control.add(sine(), **wrong)
    assert waiting(control) == []
    assert control.add(sine()) == 1


def test_a_number_is_never_given_again(control: RackControl) -> None:
    control.remove(control.add(sine()))
    assert control.add(sine()) == 2
