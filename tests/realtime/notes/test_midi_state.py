"""Every port and channel has its own MIDI state, which only its own notes follow."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtaudiogen.events import ALL_VOICES, EventKind
from rtaudiogen.realtime.notes.voices import Stage

from ..rig import Rig, control, off, on


def bend(position: int, channel: int = 1) -> tuple[int, int, int]:
    return 0xE0 | channel - 1, position & 127, position >> 7


def parameter(high: int, low: int, channel: int = 1) -> tuple[tuple[int, int, int], ...]:
    return control(101, high, channel), control(100, low, channel)


def told(rig: Rig, kind: EventKind) -> dict[float, float]:
    """Return the last value that each sounding note received, by key."""
    common, own, keys = None, {}, {}
    for _, happened, voice, key, value in rig.instrument.obeyed:
        if happened == EventKind.NOTE_ON:
            keys[voice], own[voice] = key, common
        elif happened == kind and voice == ALL_VOICES:
            common = value
            own = dict.fromkeys(own, value)
        elif happened == kind:
            own[voice] = value
    sounding = {i for i, v in enumerate(rig.voices.voices) if v.sounds}
    return {key: own[i] for i, key in keys.items() if i in sounding and own[i] is not None}


TOP = 16383
FULL = (TOP - 8192) / 8192


def test_a_bend_reaches_its_own_channel_only() -> None:
    rig = Rig().play(on(60), on(72, channel=2)).play(bend(TOP, channel=2))
    assert told(rig, EventKind.PITCH_BEND) == {72: pytest.approx(2 * FULL)}


def test_channels_have_bend_ranges_of_their_own() -> None:
    rig = Rig().play(*parameter(0, 0), control(6, 12), *parameter(0, 0, 2), control(6, 7, 2))
    rig.play(on(60), on(64, channel=2), on(67, channel=3))
    rig.play(bend(0), bend(0, 2), bend(0, 3))
    assert told(rig, EventKind.PITCH_BEND) == {60: -12.0, 64: -7.0, 67: -2.0}


def test_interleaved_selections_stay_apart() -> None:
    rig = Rig().play(control(101, 0, 1), control(101, 0, 2), control(100, 0, 1), control(100, 2, 2))
    rig.play(control(6, 24, 1), control(6, 76, 2), on(60), on(64, channel=2), bend(0))
    assert told(rig, EventKind.PITCH_BEND) == {60: -24.0, 64: 12.0}


@pytest.mark.parametrize(
    "selection",
    [
        [control(99, 0), control(98, 0)],
        [*parameter(0, 0), control(98, 0)],
        [*parameter(0, 0), *parameter(127, 127)],
        [*parameter(0, 0), control(121, 0)],
        [*parameter(3, 0)],
    ],
)
def test_data_for_another_parameter_bends_nothing(selection: list[tuple[int, int, int]]) -> None:
    rig = Rig().play(*selection, control(6, 24), control(96, 0), on(60), bend(0))
    assert told(rig, EventKind.PITCH_BEND) == {60: -2.0}


def test_a_selection_survives_data_for_an_nrpn() -> None:
    rig = Rig().play(*parameter(0, 0), control(99, 1), control(98, 8), control(6, 99))
    rig.play(control(101, 0), control(6, 5), on(60), bend(0))
    assert told(rig, EventKind.PITCH_BEND) == {60: -5.0}


@pytest.mark.parametrize(
    ("messages", "semitones"),
    [
        ([*parameter(0, 1), control(6, 32)], -0.5),
        ([*parameter(0, 1), control(6, 64), control(38, 82)], 0.010009765625),
        ([*parameter(0, 1), control(97, 0)], -1 / 8192),
        ([*parameter(0, 2), control(6, 52)], -12.0),
        ([*parameter(0, 2), control(38, 9), control(96, 0)], 1.0),
        ([*parameter(0, 2), control(6, 65), *parameter(0, 1), control(6, 32)], 0.5),
    ],
)
def test_tuning_shifts_notes(messages: list[tuple[int, int, int]], semitones: float) -> None:
    rig = Rig().play(*messages, on(60), on(64, channel=2))
    assert told(rig, EventKind.PITCH_BEND)[60] == semitones
    assert told(rig, EventKind.PITCH_BEND).get(64, 0.0) == 0.0


@pytest.mark.parametrize(
    ("entries", "semitones"),
    [
        ([(6, 2), (38, 50)], 2.5),
        ([(6, 2), (38, 99), (96, 0)], 3.0),
        ([(6, 2), (97, 0)], 1.99),
        ([(6, 0), (97, 0)], 0.0),
        ([(38, 25)], 2.25),
        ([(6, 127), (38, 99), (96, 0)], 127.99),
    ],
)
def test_data_entry_moves_the_bend_range(entries: list[tuple[int, int]], semitones: float) -> None:
    rig = Rig().play(*parameter(0, 0), *(control(*entry) for entry in entries), on(60), bend(0))
    assert told(rig, EventKind.PITCH_BEND)[60] == pytest.approx(-semitones)


def test_a_range_that_the_player_sets_counts_for_all_channels() -> None:
    rig = Rig().play(
        *parameter(0, 0), control(6, 12), on(60), on(64, channel=2), bend(0), bend(0, 2)
    )
    rig.keyboard.set_bend_range(rig.frame, 5.0)
    assert told(rig.run(1), EventKind.PITCH_BEND) == {60: -5.0, 64: -5.0}


def test_ports_share_no_state() -> None:
    rig = Rig()
    for port in (0, 1):
        rig.keyboard.midi(rig.frame, *on(60 + 12 * port), port)
    rig.keyboard.midi(rig.frame, *bend(0), 1)
    rig.keyboard.midi(rig.frame, *control(123, 0), 0)
    rig.run(20)
    assert told(rig, EventKind.PITCH_BEND)[72] == -2.0
    assert [v.stage for v in rig.voices.voices[:2]] == [Stage.FREE, Stage.HELD]


def test_reset_is_for_its_channel_and_leaves_what_rp_015_leaves() -> None:
    kept = [control(7, 64), control(10, 0), *parameter(0, 2), control(6, 65)]
    rig = Rig().play(*kept, on(60), on(64, channel=2), bend(0), bend(0, 2), control(1, 99))
    rig.play(control(11, 64), (0xD0, 90, 0), (0xA0, 60, 99), control(74, 9), control(121, 0))
    assert told(rig, EventKind.PITCH_BEND) == {60: 1.0, 64: -2.0}
    assert told(rig, EventKind.MOD_WHEEL)[60] == told(rig, EventKind.PRESSURE)[60] == 0.0
    assert told(rig, EventKind.VOLUME)[60] == pytest.approx((64 / 127) ** 2)
    assert told(rig, EventKind.PAN)[60] == -1.0
    assert told(rig, EventKind.TIMBRE)[60] == pytest.approx(9 / 127)


def test_reset_of_another_channel_leaves_a_bend_alone() -> None:
    rig = Rig().play(bend(TOP), on(60), control(121, 0, channel=16))
    assert told(rig, EventKind.PITCH_BEND) == {60: pytest.approx(2 * FULL)}


@pytest.mark.parametrize(("number", "value"), [(7, 100), (11, 100), (7, 1), (7, 127), (7, 0)])
def test_volume_and_expression_follow_the_curve_of_gm(number: int, value: int) -> None:
    rig = Rig().play(on(60), control(number, value))
    decibels = 40 * math.log10(value / 127) if value else -math.inf
    gain = told(rig, EventKind.VOLUME)[60]
    assert gain == pytest.approx(10 ** (decibels / 20))


def test_volume_and_expression_multiply() -> None:
    rig = Rig().play(control(7, 90), control(11, 60), on(60))
    assert told(rig, EventKind.VOLUME)[60] == pytest.approx((90 / 127 * 60 / 127) ** 2)


@pytest.mark.parametrize(("value", "place"), [(0, -1), (1, -1), (64, 0), (127, 1), (96, 32 / 63)])
def test_pan_reaches_both_ends_and_the_centre(value: int, place: float) -> None:
    rig = Rig().play(control(10, 1), on(60), control(10, value))
    assert told(rig, EventKind.PAN)[60] == pytest.approx(place)


def test_low_keys_lie_left_and_high_keys_right() -> None:
    rig = Rig()
    rig.keyboard.set_key_pan(0, 0.3)
    rig.play(on(28), on(64), on(100))
    places = told(rig, EventKind.PAN)
    assert places.pop(28) == pytest.approx(-0.3)
    assert places.pop(100) == pytest.approx(0.3)
    assert places in ({}, {64: 0.0})


def test_a_keys_place_is_added_to_its_channels() -> None:
    rig = Rig()
    rig.keyboard.set_key_pan(0, 0.5)
    rig.play(control(10, 96), on(28), on(100)).play(control(10, 127))
    assert told(rig, EventKind.PAN) == {28: pytest.approx(0.5), 100: pytest.approx(1.0)}
    rig.play(control(10, 64))
    assert told(rig, EventKind.PAN) == {28: pytest.approx(-0.5), 100: pytest.approx(0.5)}


def test_keys_that_sound_move_when_their_spread_does() -> None:
    rig = Rig().play(on(28))
    rig.keyboard.set_key_pan(rig.frame, 0.4)
    rig.run(1)
    assert told(rig, EventKind.PAN) == {28: pytest.approx(-0.4)}
    rig.keyboard.set_key_pan(rig.frame, 0.0)
    rig.run(1)
    assert told(rig, EventKind.PAN) == {28: 0.0}


def test_sostenuto_holds_what_is_down_and_nothing_else() -> None:
    rig = Rig().play(on(60), control(66, 127), on(64)).play(off(60), off(64)).run(20)
    assert [event[2] for event in rig.events(EventKind.NOTE_OFF)] == [1]
    rig.play(control(66, 0)).run(1)
    assert [event[2] for event in rig.events(EventKind.NOTE_OFF)] == [1, 0]


def test_sostenuto_that_goes_up_leaves_a_note_to_the_other_pedal() -> None:
    rig = Rig().play(on(60), control(66, 127), control(64, 127)).play(off(60), control(66, 0))
    assert not rig.run(20).events(EventKind.NOTE_OFF)
    assert rig.play(control(64, 0)).run(1).events(EventKind.NOTE_OFF)


def test_sostenuto_pressed_again_catches_what_is_down_now() -> None:
    rig = Rig().play(on(60), control(66, 127), control(66, 100), on(64), control(66, 0))
    rig.play(control(66, 127)).play(off(60), off(64)).run(20)
    assert not rig.events(EventKind.NOTE_OFF)


def test_the_soft_pedal_softens_what_begins() -> None:
    rig = Rig().play(on(60), control(67, 127), on(64), on(67, channel=2), control(67, 0), on(72))
    velocities = [round(event[4] * 127) for event in rig.events(EventKind.NOTE_ON)]
    assert velocities == [100, 70, 100, 100]


def test_a_repeated_note_sounds_on_when_its_off_follows_the_on() -> None:
    rig = Rig().play(on(60)).run(100).play(on(60), off(60)).run(100)
    assert [voice.stage for voice in rig.voices.voices].count(Stage.HELD) == 1
    rig.play(off(60)).run(20)
    assert all(voice.stage == Stage.FREE for voice in rig.voices.voices)


def test_a_stolen_note_leaves_its_off_to_itself() -> None:
    rig = Rig(1).play(on(60)).run(20).play(on(72)).run(20).play(on(60), off(60)).run(30)
    assert rig.voices.voices[0].stage == Stage.HELD


def test_all_notes_off_forgets_how_often_a_key_was_struck() -> None:
    rig = Rig().play(on(60)).run(20).play(on(60)).run(20).play(control(123, 0)).run(20)
    rig.play(on(60)).run(20).play(off(60)).run(20)
    assert all(voice.stage == Stage.FREE for voice in rig.voices.voices)


def zone(members: int, master: int = 1) -> tuple[tuple[int, int, int], ...]:
    return *parameter(0, 6, master), control(6, members, master)


def test_an_mpe_chord_bends_in_opposite_directions() -> None:
    rig = Rig().play(*zone(15), *(bend(8192 + s * 1024, c) for s, c in ((1, 2), (-1, 3), (2, 4))))
    rig.play(on(60, channel=2), on(64, channel=3), on(67, channel=4))
    assert told(rig, EventKind.PITCH_BEND) == {60: 6.0, 64: -6.0, 67: 12.0}
    rig.play(bend(0, 1))
    assert told(rig, EventKind.PITCH_BEND) == {60: 4.0, 64: -8.0, 67: 10.0}


def test_two_mpe_zones_have_a_master_each() -> None:
    rig = Rig().play(*zone(7), *zone(7, master=16), on(60, channel=2), on(64, channel=15))
    rig.play(control(64, 127, channel=1), (0xDF, 127, 0)).play(off(60, 2), off(64, 15)).run(20)
    assert [event[2] for event in rig.events(EventKind.NOTE_OFF)] == [1]
    assert told(rig, EventKind.PRESSURE).get(60, 0.0) == 0.0


def test_an_mpe_zone_takes_channels_from_the_other() -> None:
    rig = Rig().play(*zone(10), *zone(10, master=16), on(60, channel=5), on(64, channel=6))
    rig.play(bend(0, 16), bend(0, 1))
    assert told(rig, EventKind.PITCH_BEND) == {60: -2.0, 64: -2.0}
    rig.play(*zone(0), bend(8192, 1))
    assert told(rig, EventKind.PITCH_BEND)[60] == -2.0


def test_a_members_range_is_its_zones() -> None:
    rig = Rig().play(*zone(3), *parameter(0, 0, 2), control(6, 24, 2), on(60, channel=4))
    rig.play(bend(0, 4))
    assert told(rig, EventKind.PITCH_BEND) == {60: -24.0}


def test_all_notes_off_of_a_master_ends_its_zone() -> None:
    rig = Rig().play(*zone(2), on(60, channel=2), on(64, channel=4)).run(20)
    rig.play(control(123, 0)).run(20)
    assert [v.stage for v in rig.voices.voices[:2]] == [Stage.FREE, Stage.HELD]


@pytest.mark.parametrize(
    ("master", "members", "ended"),
    [
        (1, 4, {60, 62, 63, 64}),  # its members, and one that joins them
        (1, 2, {60, 62, 63}),  # one that leaves them
        (1, 14, {60, 62, 63, 64, 67, 75}),  # takes those of the upper zone
        (16, 0, {76, 75}),  # ends a zone
        (5, 3, set()),  # no master channel: means nothing
    ],
)
def test_a_new_mpe_zone_silences_its_channels(master: int, members: int, ended: set[int]) -> None:
    rig = Rig(voices=8).play(
        *parameter(0, 6), control(6, 3), *parameter(0, 6, 16), control(6, 2, 16)
    )
    rig.play(*(on(59 + channel, channel=channel) for channel in (1, 3, 4, 5, 8)))
    rig.play(on(76, channel=16), on(75, channel=15)).run(4)
    rig.play(*parameter(0, 6, master), control(6, members, master)).run(4)
    played = {60, 62, 63, 64, 67, 76, 75}
    assert {v.key for v in rig.voices.voices if v.sounds} == played - ended


def test_a_zone_silences_what_its_pedal_holds() -> None:
    rig = Rig().play(*parameter(0, 6), control(6, 3), control(64, 127))
    rig.play(on(62, channel=3)).play(off(62, channel=3)).run(4)
    assert rig.voices.sounding == 1
    rig.play(*parameter(0, 6), control(6, 3)).run(4)
    assert rig.voices.sounding == 0


def test_a_stolen_voice_takes_the_state_of_its_new_channel() -> None:
    rig = Rig(1).play(bend(0, 2), on(60, channel=2)).run(20)
    rig.play(on(64, channel=1), bend(TOP, 2), bend(4096, 1)).run(20)
    assert told(rig, EventKind.PITCH_BEND) == {64: -1.0}


CONTROLS = st.tuples(
    st.sampled_from([0xA0, 0xB0, 0xB0, 0xB0, 0xD0, 0xE0]),
    st.sampled_from(
        [0, 1, 6, 6, 7, 10, 11, 38, 60, 64, 66, 67, 74, 96, 98, 100, 101, 120, 121, 123]
    ),
    st.sampled_from([0, 0, 1, 2, 12, 64, 100, 127]),
    st.integers(0, 3),  # quanta until the next
)


@settings(max_examples=60, deadline=None)
@given(
    mine=st.lists(CONTROLS, max_size=12),
    others=st.lists(CONTROLS, max_size=12),
    other=st.sampled_from([(0, 3), (1, 0)]),  # port, channel
)
def test_no_message_changes_what_another_channel_sounds(
    mine: list[tuple[int, int, int, int]],
    others: list[tuple[int, int, int, int]],
    other: tuple[int, int],
) -> None:
    def played(with_others: bool) -> list[dict[float, float]]:
        rig = Rig(8)
        rig.keyboard.midi(0, *on(60), 0)
        port, channel = other
        rig.keyboard.midi(0, 0x90 | channel, 72, 100, port)
        for index in range(max(len(mine), len(others))):
            if with_others and index < len(others):
                kind, data1, data2, _ = others[index]
                rig.keyboard.midi(rig.frame, kind | channel, data1, data2, port)
            if index < len(mine):
                kind, data1, data2, wait = mine[index]
                rig.keyboard.midi(rig.frame, kind, data1, data2, 0)
                rig.run(wait)
        rig.keyboard.midi(rig.frame, *on(62), 0)
        rig.run(2)
        kinds = [k for k in EventKind if k >= EventKind.PITCH_BEND]
        return [{key: value for key, value in told(rig, k).items() if key < 70} for k in kinds]

    assert no_rest(played(True)) == no_rest(played(False))


def no_rest(said: list[dict[float, float]]) -> list[dict[float, float]]:
    """Leave out values at rest: sending them and not sending them are the same."""
    rest = [0.0, 0.0, 0.0, 64 / 127, 1.0, 0.0]
    return [{k: v for k, v in told.items() if v != r} for told, r in zip(said, rest, strict=True)]


def test_states_of_all_channels_are_saved() -> None:
    rig, restored = Rig().play(*zone(3), bend(0, 2), *parameter(0, 2, 5), control(6, 66, 5)), Rig()
    restored.keyboard.load_state(rig.keyboard.save_state())
    restored.instrument.obeyed = list(rig.instrument.obeyed)
    restored.play(on(60, channel=2), on(64, channel=5), on(67, channel=6))
    assert told(restored, EventKind.PITCH_BEND) == {60: -48.0, 64: 2.0, 67: 0.0}
