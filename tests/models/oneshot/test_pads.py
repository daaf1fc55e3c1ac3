"""Pads: General MIDI's keys, pad controllers' keys, and models of any classes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtaudiogen.models.oneshot.pad_parameters import KitValues, Settings
from rtaudiogen.models.oneshot.pads import PADS, assign, is_called, is_hat, pad_of
from rtaudiogen.models.wavegan.descriptor import parameters

DRUMS = ("kick", "snare", "tom", "hat_closed", "hat_open", "crash", "ride", "clap", "rim", "block",
         "shaker", "hand", "bell", "fx")  # fmt: skip
GENERAL_MIDI = {
    35: "kick", 36: "kick", 37: "rim", 38: "snare", 39: "clap", 40: "snare", 42: "hat_closed",
    43: "tom", 44: "hat_closed", 45: "tom", 46: "hat_open", 48: "tom", 49: "crash", 51: "ride",
    53: "ride", 54: "shaker", 55: "crash", 56: "bell", 57: "crash", 59: "ride", 60: "hand",
    63: "hand", 64: "hand", 65: "tom", 66: "tom", 70: "shaker", 76: "rim", 80: "bell",
}  # fmt: skip


def test_pad_controllers_keys_strike_sixteen_different_pads() -> None:
    assert [pad_of(key) for key in range(36, 52)] == list(range(PADS))


def test_exactly_the_drum_keys_of_general_midi_strike_pads() -> None:
    assert all(pad_of(key) in range(PADS) for key in range(35, 82))
    assert [pad_of(key) for key in (-1, 0, 21, 34, 83, 127, 500)] == [None] * 7


@pytest.mark.parametrize(("key", "kind"), GENERAL_MIDI.items())
def test_keys_have_the_drums_of_general_midi(key: int, kind: str) -> None:
    pad = pad_of(key)
    assert pad is not None
    assert DRUMS[assign(DRUMS)[pad]] == kind


@pytest.mark.parametrize("classes", [(), ("dog",), ("kick", "snare"), ("a", "b", "c"), DRUMS])
def test_every_pad_has_a_class_and_few_classes_are_all_used(
    classes: tuple[str, ...],
) -> None:
    chosen = assign(classes)
    assert len(chosen) == PADS
    assert set(chosen) <= set(range(max(1, len(classes))))
    if len(classes) < 6:
        assert set(chosen) == set(range(max(1, len(classes))))


@given(st.lists(st.text(max_size=12), unique=True, max_size=40))
def test_classes_may_have_any_names(names: list[str]) -> None:
    chosen = assign(names)
    assert len(chosen) == PADS
    assert set(chosen) <= set(range(max(1, len(names))))
    assert assign(names) == chosen


def test_classes_that_no_pad_asks_for_are_dealt_out_evenly() -> None:
    chosen = assign(("cat", "dog", "cow", "owl"))
    assert sorted(chosen.count(kind) for kind in range(4)) == [4, 4, 4, 4]
    many = assign(tuple(f"voice {number}" for number in range(40)))
    assert len(set(many)) == PADS


def test_a_users_names_are_understood() -> None:
    classes = ("BD", "Snares 2", "ClosedHiHat", "open_hh", "TOM-low", "Tom high", "Cymbals", "misc")
    names = [classes[kind] for kind in assign(classes)]
    assert names[0] == "BD"
    assert names[2] == names[4] == "Snares 2"
    assert names[6] == "ClosedHiHat"
    assert names[10] == "open_hh"
    assert (names[7], names[12]) == ("TOM-low", "Tom high")
    assert names[13] == names[15] == "Cymbals"
    assert "misc" in names


def test_two_classes_of_a_kind_are_both_played() -> None:
    chosen = assign(("snare_a", "snare_b"))
    assert {chosen[2], chosen[4]} == {0, 1}


def test_words_match_starts_of_name_parts_and_two_letters_a_part() -> None:
    assert is_called("Rimshot_03", "rim")
    assert is_called("hat-closed", "closed hat")
    assert is_called("OH", "oh")
    assert not is_called("grim", "rim")
    assert not is_called("ohm", "oh")
    assert not is_called("hat", "closed hat")
    assert [is_hat(name) for name in DRUMS] == [name.startswith("hat") for name in DRUMS]


@pytest.mark.parametrize("classes", [(), ("one",), DRUMS])
def test_settings_read_each_pads_values_in_the_descriptors_order(classes: tuple[str, ...]) -> None:
    described = parameters(classes)
    reader = Settings(described)
    values = np.array([p.default for p in described], np.float32)
    ids = [p.id for p in described]
    assert len(set(ids)) == len(ids)
    assert all(p.smoothing_ms == 0 and p.help for p in described)
    assert tuple(ids[: len(KitValues._fields)]) == KitValues._fields
    for pad in range(PADS):
        for field, value in reader.pad(values, pad)._asdict().items():
            id = f"pad{pad + 1}.{'class' if field == 'kind' else field}"
            assert value == (values[ids.index(id)] if id in ids else 0.0)
    assert [ids[index] for index in reader.locks] == [f"pad{n + 1}.lock" for n in range(PADS)]
    values[:] = np.nan
    assert np.isfinite(reader.pad(values, 3)).all()
    values[ids.index("pad2.level")] = 1e9
    assert reader.pad(values, 1).level == 12.0


def test_hats_and_cymbals_begin_quieter_than_kick_and_snare() -> None:
    described = {p.id: p.default for p in parameters(DRUMS)}
    level = {pad + 1: described[f"pad{pad + 1}.level"] for pad in range(PADS)}
    assert level[1] == level[3] == 0.0
    assert max(level[hat] for hat in (7, 9, 11)) <= -6.0
    assert -8.0 <= level[14] < 0.0, "a crash is an accent"
    assert all(-12.0 <= db <= 0.0 for db in level.values())
    others = {p.id: p.default for p in parameters(("bark", "meow"))}
    assert {others[f"pad{pad + 1}.level"] for pad in range(PADS)} == {0.0}


def test_hats_share_a_choke_group_and_equal_toms_differ_in_pitch() -> None:
    described = {p.id: p for p in parameters(DRUMS)}
    groups = [described[f"pad{pad + 1}.choke"].default for pad in range(PADS)]
    hats = [pad for pad in range(PADS) if groups[pad] == 1]
    assert hats == [6, 8, 10]
    assert set(groups) == {0.0, 1.0}
    assert [described[f"pad{pad}.pitch"].default for pad in (8, 10, 13)] == [-4.0, 0.0, 4.0]
    assert described["pad1.class"].labels == DRUMS
    separate = {p.id: p for p in parameters(("low tom", "mid tom", "high tom", "kick", "hand"))}
    assert separate["pad10.pitch"].default == 0.0
