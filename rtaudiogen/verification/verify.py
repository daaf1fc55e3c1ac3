"""Verifier of the contract, for any generator. Everything is [control].

Each check plays the generator and returns findings with the measured evidence. A check in which the
generator raises an error fails with that error.
"""

import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import cast

import numpy as np
from numpy.typing import NDArray

from rtaudiogen.errors import RtAudioGenError
from rtaudiogen.events import EventKind
from rtaudiogen.generator import (
    Audio,
    Check,
    Family,
    Finding,
    Generator,
    SoundTaker,
)
from rtaudiogen.processors import CPU
from rtaudiogen.registry import GROUP, load, one_line
from rtaudiogen.verification.expression import expression
from rtaudiogen.verification.hearing import hearing
from rtaudiogen.verification.score import (
    EFFECT_SECONDS,
    MAX_FRAMES,
    SEED,
    Make,
    choke_frames,
    first_difference,
    is_played,
    listens,
    moving_parameters,
    play,
    prepared,
    same,
    score,
    settings,
    sound,
    sounds_by_itself,
    still,
)
from rtaudiogen.verification.views import views

Examine = Callable[[Make], Iterator[Finding]]

SIZES = (1, 7, 64, 441, 512)
SETTLE_SECONDS = 30.0  # a released note is silent by then
SOUND_SECONDS = 3.0  # length of a sound to play from
SILENCE = 1e-4  # amplitude, -80 dBFS

NOTE = (0, EventKind.NOTE_ON, 0, 60.0, 0.8)


def verify(
    create: Callable[[], Generator], family: Family | None = None, device: str = CPU
) -> list[Finding]:
    """Check every property of the contract, on a device of `processors.NAMES`.

    With a family, check also its import and its parallel form.
    """
    make = Make(create, device)
    checks = list(CHECKS)
    if family is not None:
        checks += _checks_of(family)
    return [finding for check in checks for finding in _survived(check, make)]


def _survived(check: Examine, make: Make) -> list[Finding]:
    found: list[Finding] = []
    try:
        found.extend(check(make))
    except Exception as error:  # third-party code may raise anything
        name = check.__name__.strip("_").replace("_", " ")
        found.append(Finding(name, False, f"raised {type(error).__name__}: {one_line(error)}"))
    return found


def _whole(generator: Generator, sizes: Sequence[int]) -> Audio:
    generator.reset(SEED)
    events, total = score(generator)
    return play(generator, events, total, sizes, moving_parameters(generator.descriptor))


def _descriptor(make: Make) -> Iterator[Finding]:
    generator = make()
    d = generator.descriptor
    wrong = []
    if not d.id or not d.name or not d.plays:
        wrong.append("id, name or plays is empty")
    if d.channels not in (1, 2) or d.voices < 1 or d.sample_rate < 0:
        wrong.append(f"{d.channels} channels, {d.voices} voices, {d.sample_rate} Hz")
    if generator.sample_rate <= 0 or d.sample_rate not in (0, generator.sample_rate):
        wrong.append(f"runs at {generator.sample_rate} Hz, describes {d.sample_rate} Hz")
    if listens(d) and not hasattr(generator, "hear"):
        wrong.append("plays an effect, but has no method 'hear'")
    if listens(d) and not hasattr(generator, "input_delay_frames"):
        wrong.append("plays an effect, but has no 'input_delay_frames'")
    if d.takes_sound and not hasattr(generator, "take"):
        wrong.append("takes a sound, but has no method 'take'")
    if len({p.id for p in d.parameters}) < len(d.parameters):
        wrong.append("two parameters share an id")
    for p in d.parameters:
        if not p.minimum < p.maximum or p.clamp(p.default) != p.default:
            wrong.append(f"{p.id}: {p.default:g} in {p.minimum:g} … {p.maximum:g}")
    yield Finding("descriptor", not wrong, "; ".join(wrong) or f"{len(d.parameters)} parameters")


def _block_sizes(make: Make) -> Iterator[Finding]:
    generator = prepared(make)
    whole = _whole(generator, [MAX_FRAMES])
    holes = int(np.count_nonzero(~np.isfinite(whole).all(axis=1)))
    detail = f"{holes} of {len(whole)} frames are not written or not finite"
    yield Finding("fills the block", not holes, detail)
    rng = np.random.default_rng(2)
    random = rng.integers(1, MAX_FRAMES + 1, 100).tolist()
    for sizes in (*([size] for size in SIZES[:-1]), random):
        label = str(sizes[0]) if len(sizes) == 1 else "random"
        played = _whole(generator, sizes)
        yield same("block size", played, whole, f"blocks of {label} against {MAX_FRAMES}")


def _last_frame(make: Make) -> Iterator[Finding]:
    if not is_played(make().descriptor):
        return
    generator = prepared(make)
    last = still(generator, MAX_FRAMES, (MAX_FRAMES - 1, *NOTE[1:]))
    split = np.concatenate([last, still(generator, 2 * MAX_FRAMES)])
    generator.reset(SEED)
    first = still(generator, MAX_FRAMES - 1)
    later = still(generator, 2 * MAX_FRAMES + 1, NOTE)
    name = "note at the last frame of a block"
    yield same(name, split, np.concatenate([first, later]), "against the first of the next")


def _seeds(make: Make) -> Iterator[Finding]:
    generator, other = prepared(make), prepared(make, SEED + 1)
    first = _whole(generator, [MAX_FRAMES])
    yield same("same seed", _whole(generator, [MAX_FRAMES]), first, "after a reset")
    yield same("same seed", _whole(other, [MAX_FRAMES]), first, "another instance")


def _resume(make: Make) -> Iterator[Finding]:
    generator, other = prepared(make), prepared(make, SEED + 1)
    events, total = score(generator)
    parameters = moving_parameters(generator.descriptor)
    for stop in (1, 1111, 2600):
        generator.reset(SEED)
        play(generator, events, stop, [MAX_FRAMES], parameters)
        state = generator.save_state()
        rest = play(generator, events, total, [MAX_FRAMES], parameters, stop)
        play(other, events, 777, [MAX_FRAMES], parameters)
        other.load_state(state)
        resumed = play(other, events, total, [97], parameters, stop)
        yield same("saved state", resumed, rest, f"resumed at frame {stop}")
    foreign = {name: np.zeros((3, 1, 4, 1), array.dtype) for name, array in state.items()}
    try:
        other.load_state(foreign)
    except (ValueError, KeyError) as error:
        yield Finding("foreign state", True, f"refused: {one_line(error)}")
    else:
        yield Finding("foreign state", not state, "state of other shapes was accepted")


def _extremes(make: Make) -> Iterator[Finding]:
    generator = prepared(make)
    events, _ = score(generator)
    rows = settings(generator.descriptor)
    broken = []
    for label, values in rows.items():
        generator.reset(SEED)
        try:
            finite = np.isfinite(play(generator, events, 1400, [MAX_FRAMES], values[None])).all()
        except Exception as error:  # as above; the setting is the evidence
            broken.append(f"{label} raised {type(error).__name__}: {one_line(error)}")
        else:
            broken += [] if finite else [f"{label} is not finite"]
    detail = "; ".join(broken) or f"{len(rows)} settings, all finite"
    yield Finding("parameters at and past their ends", not broken, detail)


def _voices(make: Make) -> Iterator[Finding]:
    generator = prepared(make)
    if not is_played(generator.descriptor):
        return
    levels = generator.voice_levels()
    voices = generator.descriptor.voices
    fresh = levels.shape == (voices,) and not levels.any()
    detail = f"shape {levels.shape}, highest {levels.max(initial=0.0):g}, expected ({voices},) of 0"
    yield Finding("levels after reset", fresh, detail)
    still(generator, generator.delay_frames + round(0.1 * generator.sample_rate), NOTE)
    levels = generator.voice_levels()
    detail = f"voice 0 at {levels[0]:g}, the others at {levels[1:].max(initial=0.0):g}"
    yield Finding("level of a held note", bool(levels[0] > 0 and not levels[1:].any()), detail)
    yield _falls_silent(generator)
    yield _chokes(generator)


def _falls_silent(generator: Generator) -> Finding:
    """Check that a note falls silent after NOTE_OFF; a held hit may have died away by itself."""
    second = generator.sample_rate
    still(generator, MAX_FRAMES, (0, EventKind.NOTE_OFF, 0, 0.0, 0.0))
    frames = MAX_FRAMES
    while generator.voice_levels().any() and frames < SETTLE_SECONDS * second:
        still(generator, MAX_FRAMES)
        frames += MAX_FRAMES
    level = float(generator.voice_levels()[0])
    still(generator, MAX_FRAMES + generator.delay_frames)
    silent, peak = _silence(generator)
    detail = f"{frames / second:.2f} s after release level {level:g}{peak}"
    return Finding("a released voice falls silent", level == 0.0 and silent, detail)


def _chokes(generator: Generator) -> Finding:
    generator.reset(SEED)
    still(generator, generator.delay_frames + round(0.1 * generator.sample_rate), NOTE)
    frames = choke_frames(generator)
    still(generator, frames, (0, EventKind.CHOKE, 0, 0.0, 0.0))
    level = float(generator.voice_levels()[0])
    silent, peak = _silence(generator)
    detail = f"after {frames} frames level {level:g}{peak}"
    return Finding("a choked voice falls silent", level == 0.0 and silent, detail)


def _silence(generator: Generator) -> tuple[bool, str]:
    """Return True if nothing sounds any more, and the evidence; a stream or an effect may go on."""
    if sounds_by_itself(generator.descriptor):
        return True, ""
    peak = float(np.abs(still(generator, MAX_FRAMES)).max())
    return peak < SILENCE, f", then peak {peak:.2g}"


def _delay(make: Make) -> Iterator[Finding]:
    generator = prepared(make)
    if not is_played(generator.descriptor):
        return
    frame, delay = 300, generator.delay_frames
    total = frame + delay + round(EFFECT_SECONDS * generator.sample_rate)
    silent = still(generator, total)
    generator.reset(SEED)
    played = still(generator, total, (frame, *NOTE[1:]))
    first = first_difference(played, silent)
    heard = f"first effect {first - frame} frames after the note" if first >= 0 else "no effect"
    detail = f"{heard}, said {delay}"
    yield Finding("delay", first >= frame + delay, detail)


def _sounds(make: Make) -> Iterator[Finding]:
    if not make().descriptor.takes_sound:
        return
    yield _refusal(make(), "empty", np.zeros(0, np.float32))
    yield _refusal(make(), "not finite", np.full(100_000, np.nan, np.float32))

    def made() -> Generator:
        generator = make()
        frames = round(SOUND_SECONDS * generator.sample_rate)
        cast(SoundTaker, generator).take(sound(generator.sample_rate, frames)[:, 0])
        return generator

    for check in (_block_sizes, _resume):
        for finding in check(replace(make, create=made)):
            yield replace(finding, name=f"with a sound: {finding.name}")


def _refusal(generator: Generator, name: str, bad: NDArray[np.float32]) -> Finding:
    try:
        cast(SoundTaker, generator).take(bad)
    except RtAudioGenError as error:
        one = "\n" not in str(error)
        return Finding(f"a sound that is {name}", one, f"refused: {one_line(error)}")
    return Finding(f"a sound that is {name}", False, "was accepted")


def _growth(make: Make) -> Iterator[Finding]:
    """Check that the size of the state does not depend on how long the music lasts."""
    generator = prepared(make)
    _whole(generator, [MAX_FRAMES])
    before = sum(array.nbytes for array in generator.save_state().values())
    _whole(generator, [64])
    after = sum(array.nbytes for array in generator.save_state().values())
    yield Finding("state does not grow", after == before, f"{before} bytes, then {after}")


def _checks_of(family: Family) -> Iterator[Examine]:
    def import_of_the_family(make: Make) -> Iterator[Finding]:
        yield _listed(family.name)

    def streaming_equals_parallel(make: Make) -> Iterator[Finding]:
        check: Check = load(str(family.parallel_check))
        for finding in check(prepared(make)):
            yield replace(finding, name=f"streaming = parallel: {finding.name}")

    yield import_of_the_family
    if family.parallel_check is not None:
        yield streaming_equals_parallel


def _listed(family: str) -> Finding:
    """List a family's models in a fresh interpreter and look for torch."""
    code = (
        "import sys; from importlib.metadata import entry_points;"
        f"point, = entry_points(group={GROUP!r}, name={family!r});"
        "print(len(list(point.load().builtin())), 'torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        return Finding("listed without torch", False, reason)
    models, torch = done.stdout.split()
    detail = f"{models} models listed, torch {'imported' if torch == 'True' else 'not imported'}"
    return Finding("listed without torch", torch == "False", detail)


CHECKS: tuple[Examine, ...] = (
    _descriptor,
    views,
    _block_sizes,
    _last_frame,
    _seeds,
    _resume,
    _extremes,
    _voices,
    _delay,
    expression,
    hearing,
    _sounds,
    _growth,
)
