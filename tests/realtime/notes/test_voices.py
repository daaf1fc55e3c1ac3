"""Keys, pedals and wheels control voices: no note is lost, and none sticks."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtaudiogen.events import ALL_VOICES, EventKind
from rtaudiogen.realtime.notes.voices import Stage

from ..rig import CHOKE_FRAMES, QUANTUM, RATE, Rig, control, off, on


def test_a_note_on_of_velocity_0_is_a_note_off() -> None:
    rig = Rig().play(on(60)).run(20).play(on(60, velocity=0))
    assert len(rig.events(EventKind.NOTE_OFF)) == 1
    assert rig.notes() == [60]


def test_a_note_shorter_than_a_block_still_sounds() -> None:
    rig = Rig().play(on(60), off(60)).run(20)
    (start,) = rig.events(EventKind.NOTE_ON)
    (end,) = rig.events(EventKind.NOTE_OFF)
    assert end[0] - start[0] >= 0.02 * RATE


def test_the_pedal_holds_what_the_key_lets_go() -> None:
    rig = Rig().play(control(64, 127), on(60)).play(off(60)).run(30)
    assert not rig.events(EventKind.NOTE_OFF)
    rig.play(control(64, 0)).run(1)
    assert len(rig.events(EventKind.NOTE_OFF)) == 1


def test_the_pedal_of_one_channel_leaves_the_other_alone() -> None:
    rig = Rig().play(control(64, 127, channel=2), on(60, channel=1)).run(20).play(off(60))
    assert len(rig.events(EventKind.NOTE_OFF)) == 1


def test_a_repeated_key_releases_its_voice_and_takes_another() -> None:
    rig = Rig().play(on(60)).run(20).play(on(60))
    assert [event[2] for event in rig.events(EventKind.NOTE_ON)] == [0, 1]
    assert [event[2] for event in rig.events(EventKind.NOTE_OFF)] == [0]


def test_a_key_struck_twice_ends_with_its_second_off() -> None:
    rig = Rig().play(on(60)).run(20).play(on(60)).run(20).play(off(60)).run(20)
    assert [voice.stage for voice in rig.voices.voices].count(Stage.HELD) == 1
    rig.play(off(60)).run(20)
    assert all(voice.stage == Stage.FREE for voice in rig.voices.voices)


def test_the_voice_released_first_is_stolen_first() -> None:
    rig = Rig(3).play(on(60), on(61), on(62)).run(20)
    rig.play(off(61)).play(off(60)).play(on(70))
    assert [event[2] for event in rig.events(EventKind.CHOKE)] == [1]


def test_among_held_voices_the_quietest_is_stolen() -> None:
    rig = Rig(3)
    rig.instrument.loudness = [0.5, 0.9, 0.1]
    rig.play(on(60), on(61), on(62)).run(20).play(on(70))
    assert [event[2] for event in rig.events(EventKind.CHOKE)] == [2]


def test_a_chord_larger_than_the_voices_keeps_one_note_a_voice() -> None:
    rig = Rig(4).play(*(on(key) for key in range(60, 70))).run(20)
    assert len([s for s in rig.instrument.silent_from if s == math.inf]) == 4
    assert rig.notes()[-1] == 69
    assert not rig.events(EventKind.CHOKE)  # none had begun to sound


def test_a_stolen_voice_is_choked_before_its_new_note() -> None:
    rig = Rig(1).play(on(60)).run(20).play(on(64)).run(10)
    (choke,) = rig.events(EventKind.CHOKE)
    start = rig.events(EventKind.NOTE_ON)[-1]
    assert CHOKE_FRAMES <= start[0] - choke[0] <= CHOKE_FRAMES + 2


def test_a_held_note_that_has_died_away_makes_room_at_once() -> None:
    rig = Rig(2).play(on(60), on(61)).run(20)
    rig.instrument.silent_from[1] = rig.frame
    rig.run(1).play(on(64))
    assert not rig.events(EventKind.CHOKE)
    assert rig.events(EventKind.NOTE_ON)[-1][2] == 1


def test_a_note_released_while_its_voice_is_choked_still_sounds() -> None:
    rig = Rig(1).play(on(60)).run(20).play(on(64), off(64)).run(30)
    assert rig.notes() == [60, 64]
    last_on, last_off = (
        rig.events(EventKind.NOTE_ON)[-1],
        rig.events(EventKind.NOTE_OFF)[-1],
    )
    assert last_off[0] - last_on[0] >= 0.02 * RATE


def test_all_notes_off_respects_the_pedal() -> None:
    rig = Rig().play(on(60), control(64, 127), control(123, 0)).run(20)
    assert not rig.events(EventKind.NOTE_OFF)
    rig.play(control(64, 0)).run(1)
    assert rig.events(EventKind.NOTE_OFF)


def test_all_sound_off_does_not_wait_for_the_pedal() -> None:
    rig = Rig().play(on(60), control(64, 127)).run(5).play(control(120, 0)).run(3)
    assert rig.instrument.levels(rig.frame).max() == 0.0


def test_reset_controllers_brings_pedal_and_wheels_to_rest() -> None:
    rig = Rig().play((0xE0, 0, 127), control(1, 127), control(64, 127), on(60), off(60))
    rig.run(20).play(control(121, 0)).run(1)
    last = {event[1]: event[4] for event in rig.instrument.obeyed}
    assert last[EventKind.PITCH_BEND] == last[EventKind.MOD_WHEEL] == 0.0
    assert rig.events(EventKind.NOTE_OFF)


@pytest.mark.parametrize(("wheel", "semitones"), [(0, -2.0), (8192, 0.0), (16383, 2.0)])
def test_the_pitch_wheel_spans_two_semitones(wheel: int, semitones: float) -> None:
    rig = Rig().play((0xE0, wheel & 127, wheel >> 7))
    ((_, _, voice, _, value),) = rig.events(EventKind.PITCH_BEND)
    assert voice == ALL_VOICES
    assert value == pytest.approx(semitones, abs=0.001)


def test_rpn_0_sets_the_bend_range_and_other_rpns_do_not() -> None:
    rig = Rig().play(control(101, 0), control(100, 0), control(6, 12), (0xE0, 0, 0))
    assert rig.events(EventKind.PITCH_BEND)[-1][4] == -12.0
    rig.play(control(101, 0), control(100, 0), control(38, 50), (0xE0, 0, 0))
    assert rig.events(EventKind.PITCH_BEND)[-1][4] == -12.5
    rig.play(control(101, 0), control(100, 5), control(6, 1), (0xE0, 0, 0))
    rig.play(control(99, 0), control(98, 0), control(6, 1), (0xE0, 0, 0))
    assert rig.events(EventKind.PITCH_BEND)[-1][4] == -12.5


def test_a_selected_rpn_is_part_of_the_state() -> None:
    rig, restored = Rig().play(control(101, 0), control(100, 0), (0xE0, 0, 0)), Rig()
    restored.keyboard.load_state(rig.keyboard.save_state())
    restored.play(control(6, 7))
    assert [event[4] for event in restored.events(EventKind.PITCH_BEND)] == [-7.0]


def test_pressure_reaches_its_key_and_channel_pressure_everyone() -> None:
    rig = Rig().play(on(60), on(64)).play((0xA0, 64, 127), (0xD0, 127, 0))
    assert [(e[2], e[4]) for e in rig.events(EventKind.PRESSURE)] == [
        (1, 1.0),
        (ALL_VOICES, 1.0),
    ]


def test_key_pressure_for_a_waiting_note_skips_the_note_before() -> None:
    rig = Rig(1).play(on(60)).run(20).play(on(64), (0xA0, 64, 127)).run(5)
    kinds = [event[1] for event in rig.instrument.obeyed]
    assert kinds.index(EventKind.PRESSURE) > kinds.index(EventKind.CHOKE)
    assert rig.events(EventKind.PRESSURE)[0][0] >= rig.events(EventKind.NOTE_ON)[-1][0]


def test_a_zone_transposes_its_own_keys_and_hears_no_others() -> None:
    rig = Rig(channel=2, low_key=48, high_key=60, transpose=12)
    rig.play(on(50, channel=2), on(50, channel=1), on(61, channel=2), on(47, channel=2))
    assert rig.notes() == [62]


def test_a_zone_that_moves_away_leaves_no_note_behind() -> None:
    rig = Rig().play(on(60)).run(20)
    rig.keyboard.zone.low_key = 72
    rig.play(off(60))
    assert rig.events(EventKind.NOTE_OFF)


def test_panic_silences_held_pending_and_pedalled_notes() -> None:
    rig = Rig(2).play(control(64, 127), on(60), on(61)).run(20).play(on(62))
    rig.keyboard.panic(rig.frame)
    rig.run(6)
    assert rig.instrument.levels(rig.frame).max() == 0.0
    assert rig.play(on(70)).run(2).notes()[-1] == 70


def test_another_instrument_takes_over_the_held_notes() -> None:
    rig = Rig().play(control(64, 127), on(60), (0xE0, 0, 127)).play(off(60), on(64))
    successor = Rig()
    successor.keyboard.adopt(rig.keyboard, 0)
    successor.run(20)
    assert successor.notes() == [60, 64]
    assert successor.events(EventKind.PITCH_BEND)
    assert not successor.events(EventKind.NOTE_OFF)
    successor.play(control(64, 0)).run(1)
    assert len(successor.events(EventKind.NOTE_OFF)) == 1


MESSAGES = st.tuples(
    st.sampled_from([0x80, 0x90, 0x90, 0x90, 0xA0, 0xB0, 0xB0, 0xC0, 0xD0, 0xE0]),
    st.integers(0, 1),  # channel
    st.one_of(
        st.integers(58, 64), st.sampled_from([1, 6, 7, 64, 64, 66, 67, 96, 100, 120, 121, 123, 127])
    ),
    st.sampled_from([0, 1, 63, 64, 100, 127]),
    st.integers(0, 400),  # frames until the next
)
Streams = list[tuple[int, int, int, int, int]]


def perform(rig: Rig, stream: Streams) -> None:
    due = 0
    for kind, channel, data1, data2, wait in stream:
        while due >= rig.frame + QUANTUM:
            rig.run(1)
        rig.keyboard.midi(max(due, rig.frame), kind | channel, data1, data2)
        due += wait


def let_go() -> list[tuple[int, int, int]]:
    return [
        message
        for channel in (1, 2)
        for message in (control(123, 0, channel), control(66, 0, channel), control(64, 0, channel))
    ]


@settings(max_examples=300, deadline=None)
@given(stream=st.lists(MESSAGES, max_size=60), voices=st.integers(1, 4))
def test_after_all_keys_and_pedals_are_up_every_voice_is_free(stream: Streams, voices: int) -> None:
    rig = Rig(voices)
    perform(rig, stream)
    rig.run(4).play(*let_go()).run(30)
    assert rig.instrument.levels(rig.frame).max() == 0.0
    assert all(voice.stage == Stage.FREE for voice in rig.voices.voices)


@settings(max_examples=100, deadline=None)
@given(before=st.lists(MESSAGES, max_size=30), after=st.lists(MESSAGES, max_size=30))
def test_saved_voices_play_on_the_same(before: Streams, after: Streams) -> None:
    first, second = Rig(2), Rig(2)
    perform(first, before)
    second.keyboard.load_state(first.keyboard.save_state())
    second.instrument.silent_from = list(first.instrument.silent_from)
    second.frame = first.frame
    taken = len(first.instrument.obeyed)
    for rig in (first, second):
        perform(rig, [(0x80, 0, 0, 0, rig.frame), *after])
        rig.run(20)
    assert first.instrument.obeyed[taken:] == second.instrument.obeyed
