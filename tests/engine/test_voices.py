"""How many notes a model plays at a time is the player's choice, and is kept."""

import time
from pathlib import Path

import numpy as np
import pytest

from rtaudiogen import offline
from rtaudiogen.engine.core import Engine
from rtaudiogen.engine.settings import EngineSettings
from rtaudiogen.errors import UsageError
from rtaudiogen.events import MIDI_EVENT
from rtaudiogen.registry import find, with_voices
from rtaudiogen.sessions import Session, SlotState

NULL = EngineSettings(output="null", midi="none", sample_rate=16000)


def chord(notes: int) -> np.ndarray:
    """So many keys at once."""
    return np.array([(0, 0x90, 40 + key, 100, 0) for key in range(notes)], MIDI_EVENT)


def test_a_model_with_more_voices_plays_more_notes_at_once():
    one, many = (
        offline.render([with_voices(find("sine"), voices)], 0.5, 16000, events=chord(40))
        for voices in (1, 40)
    )
    spectra = [np.abs(np.fft.rfft(sound[4000:, 0])) for sound in (one, many)]
    partials = [(spectrum > 0.2 * spectrum.max()).sum() for spectrum in spectra]
    assert partials[1] > 10 * partials[0]


def test_what_no_note_plays_keeps_its_own():
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


def test_a_slot_keeps_them_for_the_same_model_and_not_for_another():
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
        end = time.monotonic() + 10.0
        while not (most := engine.snapshot()["slots"][0]["most_voices"]):
            assert time.monotonic() < end
            time.sleep(0.01)
        assert most == 40
    finally:
        engine.close()


def test_so_does_a_checkpoint(tmp_path: Path):
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


def test_a_session_from_before_there_was_a_choice_has_the_models_own():
    fields = SlotState("sine").to_json()
    del fields["voices"]
    assert SlotState.from_json(fields).voices == 0
