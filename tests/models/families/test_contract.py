"""The contract of a generator, kept by an untrained model of every kind of every family."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtaudiogen.events import EVENT, EventKind, no_events
from rtaudiogen.generator import Audio, Descriptor, Events, Generator
from rtaudiogen.registry import create, families
from rtaudiogen.verification.score import MAX_FRAMES, is_played, moving_parameters, play
from rtaudiogen.verification.verify import verify

from .members import EVERY_FILE, EVERY_MODEL, MEMBERS

HOST_RATE = 16000  # Hz
FRAMES = 1500
ALIKE = 1e-5

Notes = list[tuple[int, int, int]]  # (first frame, key, frames), one for each voice


@pytest.fixture(scope="module", params=EVERY_MODEL)
def model(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Descriptor:
    member, kind = request.param
    described: Descriptor = member.described(kind, tmp_path_factory.mktemp("models"))
    return described


@pytest.fixture(scope="module")
def generator(model: Descriptor) -> Generator:
    return prepared(model)


def prepared(model: Descriptor) -> Generator:
    generator = create(model, HOST_RATE)
    generator.prepare(MAX_FRAMES)
    return generator


def played(
    generator: Generator, events: Events, sizes: list[int], moving: bool = False, seed: int = 3
) -> Audio:
    """Return (FRAMES, channels) after a reset, in blocks of these sizes in turn."""
    generator.reset(seed)
    descriptor = generator.descriptor
    values = moving_parameters(descriptor) if moving else descriptor.defaults()[None]
    return play(generator, events, FRAMES, sizes, values)


def sheet(generator: Generator, notes: Notes) -> Events:
    """Return the notes' events, for as many notes as there are voices."""
    if not is_played(generator.descriptor):
        return no_events()
    lines = []
    for voice, (first, key, frames) in enumerate(notes[: generator.descriptor.voices]):
        lines.append((first, EventKind.NOTE_ON, voice, key, 0.8))
        lines.append((first + frames, EventKind.NOTE_OFF, voice, 0.0, 0.0))
    return np.array(sorted(lines, key=lambda line: line[0]), EVENT)


def test_every_family_that_is_installed_is_tested() -> None:
    assert set(MEMBERS) == set(families()[0])


@pytest.mark.slow
def test_the_contract_holds(model: Descriptor) -> None:
    family = MEMBERS[model.family].family
    findings = verify(lambda: create(model, HOST_RATE), family)
    assert [f"{f.name}: {f.detail}" for f in findings if not f.passed] == []
    names = " ".join(finding.name for finding in findings)
    assert ("streaming = parallel" in names) == (family.parallel_check is not None)
    assert ("with a sound: saved state" in names) == model.takes_sound


@settings(max_examples=6)
@given(
    notes=st.lists(
        st.tuples(st.integers(0, 900), st.integers(30, 90), st.integers(1, 700)), max_size=3
    ),
    sizes=st.lists(st.integers(1, MAX_FRAMES), min_size=1, max_size=6),
)
def test_blocks_of_any_size_give_the_same_bits(
    generator: Generator, notes: Notes, sizes: list[int]
) -> None:
    events = sheet(generator, notes)
    whole = played(generator, events, [MAX_FRAMES], moving=True)
    np.testing.assert_array_equal(played(generator, events, sizes, moving=True), whole)


def test_a_voice_sounds_the_same_alone_and_in_a_chord(generator: Generator) -> None:
    chord: Notes = [(3, 36, 700), (200, 38, 900)]
    if len(sheet(generator, chord)) < 4:
        pytest.skip("it has no two voices")
    if generator.descriptor.family == "wavenet":
        pytest.skip("its own test compares the codes that its voices draw")
    events = sheet(generator, chord)
    first, second = (events[events["voice"] == voice] for voice in (0, 1))
    together, one, other, nothing = (
        played(generator, part, [MAX_FRAMES]) for part in (events, first, second, no_events())
    )
    assert np.abs(one - nothing).max() > 100 * ALIKE < np.abs(other - nothing).max()
    np.testing.assert_allclose(together + nothing, one + other, rtol=0, atol=ALIKE)


def test_another_seed_makes_another_sound(generator: Generator) -> None:
    if not MEMBERS[generator.descriptor.family].random:
        pytest.skip("nothing in it is random")
    events = sheet(generator, [(0, 60, 900)])
    one, other = (played(generator, events, [MAX_FRAMES], True, seed) for seed in (1, 2))
    assert np.abs(one - other).max() > ALIKE


def test_the_state_of_another_family_is_refused(generator: Generator, tmp_path: Path) -> None:
    stranger = MEMBERS["wavenet" if generator.descriptor.family == "vqvae" else "vqvae"]
    state = prepared(stranger.described(next(iter(stranger.models)), tmp_path)).save_state()
    with pytest.raises((ValueError, KeyError)):
        generator.load_state(state)


PROGRAM = """
import sys
from pathlib import Path
import numpy as np
from rtaudiogen.events import EventKind, event
from rtaudiogen.registry import create, describe, listing
heavy = ("torch", "numba", "soundfile")
assert not listing().problems
models = [describe(Path(path)) for path in sys.argv[1:]]
print([name for name in heavy if name in sys.modules])
for model in models:
    generator = create(model, 16000)
    generator.prepare(512)
    generator.reset(1)
    out = np.zeros((512, model.channels), np.float32)
    generator.render(out, model.defaults(), event(0, EventKind.NOTE_ON, 0, 36.0, 1.0))
    assert np.isfinite(out).all()
print("torch" in sys.modules)
"""


def test_models_are_listed_and_played_without_anything_heavy(tmp_path: Path) -> None:
    paths = []
    for parameter in EVERY_FILE:
        ((member, kind),) = parameter.values
        paths.append(str(member.described(kind, tmp_path).path))
    command = [sys.executable, "-c", PROGRAM, *paths]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "[]\nFalse\n"), done.stderr
