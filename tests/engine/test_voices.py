"""The player chooses how many notes a model plays at a time, and the session keeps it."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rtaudiogen import offline
from rtaudiogen.engine import slot_verbs
from rtaudiogen.engine.core import Engine
from rtaudiogen.errors import UsageError
from rtaudiogen.events import MIDI_EVENT
from rtaudiogen.registry import find, with_voices
from rtaudiogen.saving.sessions import Session, SlotState
from rtaudiogen.wire.settings import EngineSettings

from ..waiting import eventually

NULL = EngineSettings(output="null", midi="none", sample_rate=16000)


def chord(notes: int) -> np.ndarray:
    """Return note-ons of `notes` keys at once."""
    return np.array([(0, 0x90, 40 + key, 100, 0) for key in range(notes)], MIDI_EVENT)


def facts_of(engine: Engine) -> dict[str, Any]:
    """Return the facts of an engine's first slot."""
    return engine.snapshot()["slots"][0]


def test_a_model_with_more_voices_plays_more_notes_at_once():
    one, many = (
        offline.render(
            offline.RenderRequest([with_voices(find("sine"), voices)], 0.5, 16000, events=chord(40))
        )
        for voices in (1, 40)
    )
    spectra = [np.abs(np.fft.rfft(sound[4000:, 0])) for sound in (one, many)]
    partials = [(spectrum > 0.2 * spectrum.max()).sum() for spectrum in spectra]
    assert partials[1] > 10 * partials[0]


def test_a_model_without_notes_keeps_its_own_voices():
    assert with_voices(find("wavenet-textures"), 9) == find("wavenet-textures")


@pytest.mark.parametrize("voices", [-1, 257])
def test_numbers_that_no_host_gives_are_refused(voices):
    with pytest.raises(UsageError, match="expected 1 … 256"):
        with_voices(find("sine"), voices)


def test_a_session_keeps_them():
    engine = Engine(NULL)
    try:
        slot = engine.add_slot("sine", voices=40)
        kept = Session.from_json(engine.session())
        assert kept.slots[0].voices == 40
        engine.load_session(kept.to_json())
        (slot,) = engine.slots
        assert engine.renderer.descriptor(slot).voices == 40
    finally:
        engine.close()


def test_a_slot_keeps_its_voices_only_for_the_same_model():
    engine = Engine(NULL)
    try:
        slot = engine.add_slot("sine", voices=40)
        engine.swap_slot(slot, "sine")
        assert engine.renderer.descriptor(slot).voices == 40
        assert Session.from_json(engine.session()).slots[0].voices == 40
        engine.swap_slot(slot, "wavegan-drums")
        assert engine.renderer.descriptor(slot).voices == find("wavegan-drums").voices
        assert Session.from_json(engine.session()).slots[0].voices == 0
    finally:
        engine.close()


def test_the_snapshot_tells_how_many_there_are():
    engine = Engine(NULL)
    try:
        engine.add_slot("sine", voices=40)
        engine.start()
        eventually(lambda: facts_of(engine)["most_voices"])
        assert facts_of(engine)["most_voices"] == 40
    finally:
        engine.close()


def test_a_checkpoint_keeps_the_voices(tmp_path: Path):
    checkpoint = tmp_path / "checkpoint.npz"
    engine = Engine(NULL, checkpoint)
    try:
        engine.add_slot("sine", voices=40)
        engine.start()
    finally:
        engine.close()
    again = Engine(NULL, checkpoint)
    try:
        assert again.resume() == []
        (slot,) = again.slots
        assert again.renderer.descriptor(slot).voices == 40
    finally:
        again.close()


def test_an_old_session_plays_the_models_own_voices():
    fields = SlotState("sine").to_json()
    del fields["voices"]
    assert SlotState.from_json(fields).voices == 0


def test_changing_voices_in_play_keeps_values_mappings_and_notes():
    engine = Engine(NULL)
    try:
        slot = engine.add_slot("sine", {"release": 30.0})
        engine.map_controller(slot, 21, "attack")
        engine.start()
        engine.play_now(0x90, 60, 100)
        eventually(lambda: facts_of(engine)["voices"] == 1)
        engine.set_parameter(slot, "attack", 40.0)
        eventually(lambda: facts_of(engine)["values"]["attack"] == 40.0)
        engine.set_voices(slot, 40)
        eventually(lambda: facts_of(engine)["most_voices"] == 40)
        facts = facts_of(engine)
        assert (facts["values"]["attack"], facts["values"]["release"]) == (40.0, 30.0)
        assert facts["controls"] == {"attack": 21}
        assert facts["voices"] == 1
        assert Session.from_json(engine.session()).slots[0].voices == 40
        engine.set_voices(slot, 0)
        eventually(lambda: facts_of(engine)["most_voices"] == find("sine").voices)
        assert Session.from_json(engine.session()).slots[0].voices == 0
    finally:
        engine.close()


def test_values_turned_while_voices_are_made_stay(monkeypatch):
    engine = Engine(NULL)
    make = slot_verbs.create

    def turn_meanwhile(*arguments):
        generator = make(*arguments)
        engine.play_now(0xB0, 21, 127)
        eventually(lambda: facts_of(engine)["values"]["attack"] == most)
        return generator

    try:
        slot = engine.add_slot("sine")
        engine.map_controller(slot, 21, "attack")
        engine.start()
        most = next(p.maximum for p in find("sine").parameters if p.id == "attack")
        monkeypatch.setattr(slot_verbs, "create", turn_meanwhile)
        engine.set_voices(slot, 40)
        eventually(lambda: facts_of(engine)["most_voices"] == 40)
        assert facts_of(engine)["values"]["attack"] == most
    finally:
        engine.close()


def test_the_number_that_it_has_changes_nothing():
    engine = Engine(NULL)
    try:
        slot = engine.add_slot("sine")
        before = engine.renderer.generator(slot)
        engine.set_voices(slot, 0)
        engine.set_voices(slot, find("sine").voices)
        assert engine.renderer.generator(slot) is before
    finally:
        engine.close()


def test_voices_that_cannot_be_are_refused_and_change_nothing():
    engine = Engine(NULL)
    try:
        sine, texture = engine.add_slot("sine"), engine.add_slot("wavenet-textures")
        with pytest.raises(UsageError, match="wavenet-textures plays without notes"):
            engine.set_voices(texture, 9)
        with pytest.raises(UsageError, match="expected 1 … 256"):
            engine.set_voices(sine, 257)
        with pytest.raises(UsageError, match="no slot 9; there are: 1, 2"):
            engine.set_voices(9, 4)
        assert [slot.voices for slot in Session.from_json(engine.session()).slots] == [0, 0]
    finally:
        engine.close()
