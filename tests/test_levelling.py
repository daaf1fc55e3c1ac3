"""The gain that a model needs is measured, written into its file, and applied."""

from dataclasses import replace
from pathlib import Path

import pytest

from rtaudiogen.errors import RtAudioGenError
from rtaudiogen.levelling import HEADROOM_DB, RATE, measure, write
from rtaudiogen.loudness.integrated import TARGET_LUFS, integrated_lufs
from rtaudiogen.midi import TimedMessage, to_events
from rtaudiogen.model_file import read_header, read_tensors, write_model
from rtaudiogen.models.sine import SINE
from rtaudiogen.models.wavegan.descriptor import describe
from rtaudiogen.offline import RenderRequest, render

from .models.wavegan.untrained import write_untrained


def test_the_gain_brings_a_model_to_the_target() -> None:
    (measured,) = measure(SINE)
    assert measured.timbre == ""
    wanted = min(TARGET_LUFS - measured.lufs, -HEADROOM_DB - measured.peak_db)
    assert measured.gain_db == pytest.approx(wanted, abs=0.11)
    (again,) = measure(replace(SINE, gains_db=(measured.gain_db,)))
    assert again == measured, "whatever it has already"
    notes = to_events([TimedMessage(0.0, 0x90, 60, 80)], RATE)
    quiet, level = (
        integrated_lufs(render(RenderRequest([model], 1.0, RATE, events=notes)))
        for model in (SINE, replace(SINE, gains_db=(measured.gain_db,)))
    )
    assert level - quiet == pytest.approx(measured.gain_db, abs=0.01)


def test_gains_are_written_beside_everything_else(tmp_path: Path) -> None:
    path = write_untrained(tmp_path / "drums.safetensors")
    before, tensors = read_header(path), read_tensors(path)
    assert describe(path).gains_db == ()
    write(path, {"": -3.5})
    assert describe(path).gains_db == (-3.5,)
    after = read_header(path)
    assert replace(after, training=before.training) == before
    assert {name: t.tobytes() for name, t in read_tensors(path).items()} == {
        name: t.tobytes() for name, t in tensors.items()
    }


@pytest.mark.parametrize("gains", [{"": "loud"}, {"": 61.0}, [1.0], {"": True}])
def test_a_file_with_impossible_gains_is_refused(tmp_path: Path, gains: object) -> None:
    path = write_untrained(tmp_path / "drums.safetensors")
    header = read_header(path)
    write_model(path, replace(header, training={"gains_db": gains}), read_tensors(path))
    with pytest.raises(RtAudioGenError, match=r"gains_db.*60 dB"):
        describe(path)
