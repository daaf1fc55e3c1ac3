"""The VQ-VAE in play: stream, effect and notes, from model files with random weights."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from rtaudiogen.events import CHOKE_SECONDS, EventKind, event, no_events
from rtaudiogen.models.vqvae.codec import VQVAECodec
from rtaudiogen.models.vqvae.coders import label_bias
from rtaudiogen.models.vqvae.descriptor import Source, describe
from rtaudiogen.models.vqvae.generator import VQVAEGenerator, create
from rtaudiogen.models.vqvae.playing.gains import RAMP_SECONDS
from rtaudiogen.models.vqvae.waveform.streaming import decoder_of

from .untrained import INVENTIVE, REGIONS, SMALL, random_codes, write_untrained

RATE = 16000
HOP = SMALL.hop
Signal = NDArray[np.float32]


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    return write_untrained(folder / "all.safetensors", INVENTIVE, REGIONS)


@pytest.fixture(scope="module")
def model(path: Path) -> VQVAEGenerator:
    return prepared(path)


def prepared(path: Path, sound: Signal | None = None) -> VQVAEGenerator:
    generator = create(describe(path), RATE)
    assert isinstance(generator, VQVAEGenerator)
    if sound is not None:
        generator.take(sound)
    generator.prepare(RATE)
    return generator


def noise(frames: int, seed: int = 1) -> Signal:
    return np.random.default_rng(seed).uniform(-0.4, 0.4, frames).astype(np.float32)


def row(model: VQVAEGenerator, **values: float) -> NDArray[np.float32]:
    parameters = model.descriptor.defaults()
    for id, value in values.items():
        parameters[model.parameter_index[id]] = value
    return parameters


def continued(
    model: VQVAEGenerator, frames: int, *events: NDArray[np.void], heard: Signal | None = None,
    **values: float,
) -> Signal:  # fmt: skip
    """Return (frames,) more from one call."""
    out = np.full((frames, 1), np.nan, np.float32)
    if heard is not None:
        model.hear(heard[:frames, None])
    model.render(out, row(model, **values), np.concatenate(events) if events else no_events())
    return out[:, 0]


def rendered(
    model: VQVAEGenerator, frames: int, *events: NDArray[np.void], heard: Signal | None = None,
    seed: int = 1, **values: float,
) -> Signal:  # fmt: skip
    """Return (frames,) from one call after a reset."""
    model.reset(seed)
    return continued(model, frames, *events, heard=heard, **values)


def note(frame: int = 0, key: float = 60.0, velocity: float = 1.0, voice: int = 0) -> NDArray:
    return event(frame, EventKind.NOTE_ON, voice, key, velocity)


def decoded(codes: NDArray[np.uint16], model: VQVAEGenerator) -> Signal:
    return VQVAECodec(model.packed).decode(codes)


def a_hop_later(signal: Signal) -> Signal:
    return np.concatenate([np.zeros(HOP, np.float32), signal[:-HOP]])


def playing(number: int) -> dict[str, float]:
    """Return values for a source, with all kinds of disorder and some of everything else."""
    return {
        "source": number, "jitter": 0.3, "scatter": 0.6, "swap": 0.3, "timbre": 1.3, "rate": 0.7,
        "loop_start": 0.1, "loop_end": 0.8, "dry_wet": 0.8, "level": -3.0, "release": 40.0,
    }  # fmt: skip


SOURCES = list(Source)
MORPHS = [(Source.PRIOR, 1), (Source.PRIOR, 2), (Source.FILE, 0), (Source.LIVE, 1)]
SETTINGS = [playing(source) for source in SOURCES] + [
    playing(source) | {"morph_to": other, "morph": 0.4} for source, other in MORPHS
]
of_every_source = pytest.mark.parametrize(
    "values", SETTINGS, ids=[s.name for s in SOURCES] + [f"{s.name}-{o}" for s, o in MORPHS]
)


def score() -> NDArray[np.void]:
    return np.concatenate(
        [
            note(3, 60.0, 0.8),
            note(203, 67.4, 0.4, voice=2),
            event(401, EventKind.PITCH_BEND, value=-1.7),
            event(500, EventKind.MOD_WHEEL, value=0.7),
            event(900, EventKind.NOTE_OFF, 0),
            event(1000, EventKind.CHOKE, 2),
            note(1066, 72.0, 1.0, voice=2),
            event(1301, EventKind.PITCH_BEND, value=5.0),
        ]
    )


def cut(
    model: VQVAEGenerator, frames: int, edges: list[int], heard: Signal, values: dict[str, float],
    start: int = 0,
) -> Signal:  # fmt: skip
    """Return frames from `start` on, in blocks between the edges; values change at frame 800."""
    parts, events = [], score()
    for begin, end in pairwise(sorted({start, *(e for e in edges if e > start), 800, frames})):
        if end <= start:
            continue
        due = events[(events["frame"] >= begin) & (events["frame"] < end)].copy()
        due["frame"] -= begin
        moved = values | {"level": 2.0, "dry_wet": 0.5} if begin >= 800 else values
        parts.append(continued(model, end - begin, due, heard=heard[begin:end], **moved))
    return np.concatenate(parts)


@of_every_source
def test_however_it_is_cut_into_blocks_it_has_the_same_bits(
    model: VQVAEGenerator, values: dict[str, float]
) -> None:
    heard = noise(1800)
    model.reset(1)
    whole = cut(model, 1800, [], heard, values)
    assert np.abs(whole).max() > 0.01
    random = np.random.default_rng(3).integers(1, 1800, 60).tolist()
    for edges in (list(range(0, 1800, 7)), list(range(0, 1800, 441)), random):
        model.reset(1)
        assert np.array_equal(cut(model, 1800, edges, heard, values), whole)


@of_every_source
def test_state_saved_in_the_middle_resumes_bit_for_bit_elsewhere(
    model: VQVAEGenerator, path: Path, values: dict[str, float]
) -> None:
    heard, other = noise(1800), prepared(path)
    for stop in (5, 610, 1111):
        model.reset(1)
        cut(model, stop, [], heard, values)
        saved = model.save_state()
        rest = cut(model, 1800, [], heard, values, stop)
        rendered(other, 333, note(), heard=noise(333, 7), source=Source.PRIOR)
        other.load_state(saved)
        assert np.array_equal(cut(other, 1800, [700, 1500], heard, values, stop), rest)


def test_the_state_of_a_model_with_a_sound_loads_without_it(path: Path) -> None:
    with_sound = prepared(path, noise(RATE))
    rendered(with_sound, 4000, source=Source.FILE)
    continued(with_sound, 100, note(0, 36.0), source=Source.FILE)
    without = prepared(path)
    without.load_state(with_sound.save_state())
    assert np.isfinite(continued(without, 400, source=Source.FILE)).all()
    assert without.voice_levels()[0] > 0


def test_live_input_is_resynthesised_bit_exact_a_hop_later(
    model: VQVAEGenerator,
) -> None:
    heard, codec = noise(1600), VQVAECodec(model.packed)
    assert model.input_delay_frames == HOP
    out = rendered(model, 1600, heard=heard, source=Source.LIVE)
    assert np.array_equal(out, codec.decode(codec.encode(a_hop_later(heard))))


def test_a_file_at_rate_1_is_its_codes_decoded_bit_for_bit(model: VQVAEGenerator) -> None:
    codes = random_codes(INVENTIVE)
    out = rendered(model, 2 * len(codes) * HOP, source=Source.FILE)
    assert np.array_equal(out, decoded(np.concatenate([codes, codes]), model))


def test_stages_1_is_the_first_stage_alone(model: VQVAEGenerator) -> None:
    codes = random_codes(INVENTIVE)
    out = rendered(model, len(codes) * HOP, source=Source.FILE, stages=1)
    assert np.array_equal(out, decoded(codes[:, :1], model))
    heard, codec = noise(1600), VQVAECodec(model.packed)
    live = rendered(model, 1600, heard=heard, source=Source.LIVE, stages=2)
    assert np.array_equal(live, codec.decode(codec.encode(a_hop_later(heard))[:, :2]))


def test_a_timbre_between_two_labels_mixes_their_embeddings(model: VQVAEGenerator) -> None:
    low, high = model.packed.labels[1:3]
    bias = label_bias(model.packed, np.float32(0.75) * low + np.float32(0.25) * high)
    decoder, latent, expected = (
        decoder_of(model.packed, 1), np.zeros(INVENTIVE.latent, np.float32),
        np.zeros((60, HOP), np.float32),
    )  # fmt: skip
    for frame, out in zip(random_codes(INVENTIVE), expected, strict=True):
        model.packed.latent_of(frame, INVENTIVE.stages, latent)
        decoder.decode(0, latent, bias, out)
    played = rendered(model, expected.size, source=Source.FILE, timbre=1.25)
    np.testing.assert_allclose(played, expected.ravel(), atol=1e-6)
    assert not np.allclose(played, rendered(model, len(played), source=Source.FILE), atol=1e-3)


def test_dry_is_the_input_itself_bit_for_bit_a_hop_later(model: VQVAEGenerator) -> None:
    heard = noise(1600)
    for source in Source:
        out = rendered(model, 1600, heard=heard, source=source, dry_wet=0.0)
        assert np.array_equal(out[HOP:], heard[:-HOP])
        assert not out[:HOP].any()


def test_half_dry_is_half_of_each(model: VQVAEGenerator) -> None:
    heard = noise(1600)
    dry, half, wet = (
        rendered(model, 1600, heard=heard, source=Source.LIVE, dry_wet=share)
        for share in (0.0, 0.5, 1.0)
    )
    np.testing.assert_allclose(half, (dry + wet) / 2, atol=1e-6)


def test_freeze_holds_the_code_frame_that_sounds(model: VQVAEGenerator) -> None:
    for source in (Source.PRIOR, Source.FILE, Source.LIVE):
        rendered(model, 400, heard=noise(400), source=source)
        held = model.stream.held.copy()
        drawn = model.record["drawn"][0]
        heard = noise(400, 2)
        frozen = continued(model, 400, heard=heard, source=source, freeze=1.0)
        assert np.array_equal(model.stream.held, held)
        assert model.record["drawn"][0] == drawn
        np.testing.assert_allclose(frozen[-HOP:], frozen[-2 * HOP : -HOP], atol=1e-5)
        continued(model, 400, heard=heard, source=source)
        assert not np.array_equal(model.stream.held, held)


def test_freezing_from_the_start_holds_a_code_frame(model: VQVAEGenerator) -> None:
    rendered(model, 400, source=Source.FILE, freeze=1.0)
    first = np.zeros(INVENTIVE.latent, np.float32)
    model.packed.latent_of(random_codes(INVENTIVE)[0], INVENTIVE.stages, first)
    assert np.array_equal(model.stream.held, first)


def test_a_morph_is_the_mixture_of_two_streams_latents(model: VQVAEGenerator) -> None:
    def latent(morph: float) -> Signal:
        values = {"source": Source.FILE, "morph_to": 2.0, "morph": morph}
        rendered(model, 400, heard=noise(400), **values)
        return model.stream.held.copy()

    np.testing.assert_allclose(latent(0.25), 0.75 * latent(0.0) + 0.25 * latent(1.0), atol=1e-5)
    assert not np.allclose(latent(0.0), latent(1.0), atol=0.1)


def test_a_morph_into_a_missing_prior_reads_the_file_once(
    tmp_path: Path,
) -> None:
    model = prepared(write_untrained(tmp_path / "old.safetensors", SMALL, REGIONS))
    codes = random_codes(SMALL)
    for values in ({"source": 1.0, "morph_to": 0.0}, {"source": 0.0, "morph_to": 1.0}):
        out = rendered(model, len(codes) * HOP, morph=0.5, **values)
        assert np.array_equal(out, decoded(codes, model))


def test_a_note_sounds_from_the_frame_of_its_event(model: VQVAEGenerator) -> None:
    for frame in (0, 5, 8, 333):
        out = rendered(model, 600, note(frame), source=Source.KEYS)
        assert not out[:frame].any()
        assert out[frame] != 0.0


def test_a_held_note_is_its_region_decoded_and_looped(model: VQVAEGenerator) -> None:
    codes = random_codes(INVENTIVE)
    for key, (first, end) in ((60, (0, 20)), (72, (20, 45)), (64, (45, 60)), (127, (20, 45))):
        region = codes[first:end]
        out = rendered(model, 3 * len(region) * HOP, note(0, key), source=Source.KEYS)
        assert np.array_equal(out, decoded(np.concatenate([region] * 3), model))


def test_a_timbre_has_keys_of_its_own(model: VQVAEGenerator) -> None:
    def place(key: float, timbre: float) -> int:
        rendered(model, 10, note(0, key), source=Source.KEYS, timbre=timbre)
        return int(model.voices["first"][0])

    assert [place(72, timbre) for timbre in (0, 1, 2)] == [20, 45, 20]
    assert place(60, 2) == 20


def test_keys_without_pitches_walk_through_the_onsets(path: Path) -> None:
    sound = np.zeros(2 * RATE, np.float32)
    for second in (0.5, 1.0, 1.5):
        sound[int(second * RATE) :][:2000] += noise(2000)
    model = prepared(path, sound)
    firsts = model.material.regions[:, 0].tolist()
    assert len(firsts) == 4
    for key in range(30, 44):
        rendered(model, 10, note(0, key), source=Source.KEYS)
        assert model.voices["first"][0] == firsts[(key - 36) % 4]


def test_a_note_is_as_loud_as_its_velocity(model: VQVAEGenerator) -> None:
    loud = rendered(model, 800, note(0, velocity=1.0), source=Source.KEYS)
    soft = rendered(model, 800, note(0, velocity=0.25), source=Source.KEYS)
    np.testing.assert_allclose(soft, loud / 4, rtol=1e-6)


def test_notes_add_to_the_stream_and_to_each_other(model: VQVAEGenerator) -> None:
    first, second = note(40, 60.0, 0.5), note(101, 72.0, 0.5, voice=3)
    parts = [
        rendered(model, 800, source=Source.FILE),
        rendered(model, 800, first, source=Source.KEYS),
        rendered(model, 800, second, source=Source.KEYS),
    ]
    together = rendered(model, 800, first, second, source=Source.FILE)
    np.testing.assert_allclose(together, np.sum(parts, axis=0), atol=1e-5)


def test_a_released_note_fades_to_silence_and_frees_its_voice(model: VQVAEGenerator) -> None:
    off = event(1000, EventKind.NOTE_OFF, 0)
    out = rendered(model, 4000, note(), off, source=Source.KEYS, release=100.0)
    assert np.abs(out[1000:1200]).max() > 0.01
    assert out[1000 + RATE // 10 - 2] != 0.0
    assert not out[1000 + RATE // 10 :].any()
    assert model.voice_levels()[0] == 0.0


def test_a_choked_note_is_silent_when_the_next_may_come(model: VQVAEGenerator) -> None:
    choke, off = event(1000, EventKind.CHOKE, 0), event(900, EventKind.NOTE_OFF, 0)
    for events in ([note(), choke], [note(), off, choke]):
        out = rendered(model, 2000, *events, source=Source.KEYS, release=2000.0)
        assert np.abs(out[950:1000]).max() > 0.01
        assert not out[1000 + int(CHOKE_SECONDS * RATE) :].any()
        assert model.voice_levels()[0] == 0.0
        jumps = np.abs(np.diff(out))
        assert jumps[999:].max() <= jumps[:999].max()


def test_the_prior_follows_its_seed(model: VQVAEGenerator) -> None:
    first, again, other = (
        rendered(model, 1600, source=Source.PRIOR, seed=seed) for seed in (1, 1, 2)
    )
    assert np.array_equal(first, again)
    assert not np.allclose(first, other, atol=0.01)


def test_the_prior_draws_at_the_rate_that_is_asked_for(model: VQVAEGenerator) -> None:
    for rate, drawn in ((1.0, 100), (0.5, 50), (2.0, 200), (0.0, 0), (-1.0, 100)):
        rendered(model, 100 * HOP, source=Source.PRIOR, rate=rate)
        assert model.record["drawn"][0] == drawn
    bend = event(0, EventKind.PITCH_BEND, value=12.0)
    rendered(model, 100 * HOP, bend, source=Source.PRIOR)
    assert model.record["drawn"][0] in (199, 200), "the first hop has begun before the bend"


def test_a_prior_with_top_1_draws_the_likeliest_at_any_seed(
    model: VQVAEGenerator,
) -> None:
    cold = [
        rendered(model, 800, source=Source.PRIOR, seed=seed, temperature=1.5, top_k=1)
        for seed in (1, 2)
    ]
    assert np.array_equal(*cold)


def test_a_prior_that_is_stuck_begins_anew(model: VQVAEGenerator) -> None:
    rendered(model, 800, source=Source.PRIOR)
    assert model.prior is not None
    model.prior.state["surprise"][0] = 0.0
    continued(model, HOP, source=Source.PRIOR)
    assert model.prior.state["surprise"][0] > 0.5 * np.log(INVENTIVE.codes)


def test_a_prior_that_falls_silent_begins_a_new_sound(model: VQVAEGenerator) -> None:
    assert model.prior is not None
    resets: list[int] = []
    reset, silent = model.prior.reset_voice, model.decoder.decode

    def muted(voice: int, latent: np.ndarray, bias: np.ndarray, out: np.ndarray) -> None:
        silent(voice, latent, bias, out)
        out[:] = 0.0

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(model.prior, "reset_voice", lambda v: (resets.append(v), reset(v)))
        model.reset(0)
        continued(model, RATE, source=Source.PRIOR)
        assert resets == [0], "the reset itself: as long as it sounds it goes on"
        patch.setattr(model.decoder, "decode", muted)
        continued(model, RATE, source=Source.PRIOR)
        assert len(resets) >= 2


def test_input_that_is_no_sound_is_silence_to_it(model: VQVAEGenerator) -> None:
    heard, clean = noise(1600), noise(1600)
    for frame, value in ((100, np.nan), (101, np.inf), (300, -np.inf), (301, 1e30)):
        heard[frame], clean[frame] = value, 0.0
    for dry_wet in (0.0, 1.0):
        values = {"source": Source.LIVE, "dry_wet": dry_wet}
        out = rendered(model, 1600, heard=heard, **values)
        assert np.array_equal(out, rendered(model, 1600, heard=clean, **values))


def test_without_input_it_hears_silence(model: VQVAEGenerator) -> None:
    silent = rendered(model, 800, heard=np.zeros(800, np.float32), source=Source.LIVE)
    assert np.array_equal(rendered(model, 800, source=Source.LIVE), silent)


def ramp(frames: int) -> Signal:
    """Return a rise from 0 to 1, then ones."""
    return np.minimum((np.arange(frames) + 1) / (RAMP_SECONDS * RATE), 1.0).astype(np.float32)


def test_a_level_that_jumps_arrives_in_a_straight_line(model: VQVAEGenerator) -> None:
    heard = np.full(RATE, 0.2, np.float32)
    rendered(model, 403, heard=heard, dry_wet=0.0, level=-20.0)
    moving = continued(model, 400, heard=heard, dry_wet=0.0, level=0.0)
    np.testing.assert_allclose(moving, 0.2 * (0.1 + 0.9 * ramp(400)), rtol=1e-4)
    assert np.array_equal(moving[-100:], heard[:100])


def test_a_mixture_that_jumps_arrives_in_a_straight_line(model: VQVAEGenerator) -> None:
    heard, values = np.full(RATE, 0.2, np.float32), {"source": Source.LIVE}
    wet = rendered(model, 803, heard=heard, **values)[403:]
    rendered(model, 403, heard=heard, dry_wet=0.0, **values)
    moving = continued(model, 400, heard=heard, **values)
    share = ramp(400)
    np.testing.assert_allclose(moving, 0.2 * (1 - share) + wet * share, atol=1e-5)
    assert np.array_equal(moving[-100:], wet[-100:])


def test_the_first_frame_has_the_level_that_is_set(model: VQVAEGenerator) -> None:
    loud, soft = (rendered(model, 400, source=Source.FILE, level=level) for level in (0.0, -20.0))
    np.testing.assert_allclose(soft, loud / 10, rtol=1e-5)


def test_the_stream_yields_to_keys_and_returns_without_a_click(
    model: VQVAEGenerator,
) -> None:
    rendered(model, 400, source=Source.FILE, freeze=1.0)
    still = continued(model, 400, source=Source.FILE, freeze=1.0)
    usual = np.abs(np.diff(still)).max()
    last = still[-1]
    leaving = continued(model, 10 * HOP, source=Source.KEYS)
    assert not leaving[HOP:].any()
    assert leaving[: HOP - 1].any()
    back = continued(model, 10 * HOP, source=Source.FILE, freeze=1.0)
    edge = np.abs(np.diff(np.concatenate([[last], leaving, back])))
    assert edge[HOP - 1 : HOP + 1].max() <= np.abs(still).max() / HOP + 1e-6
    assert edge[10 * HOP] <= np.abs(back).max() / HOP + usual
