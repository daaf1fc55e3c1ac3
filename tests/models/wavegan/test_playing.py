"""The drum machine in play, from a model file with random weights."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from rtaudiogen.errors import RtAudioGenError
from rtaudiogen.events import ALL_VOICES, CHOKE_SECONDS, EventKind, event, no_events
from rtaudiogen.generator import Strike
from rtaudiogen.models.wavegan.descriptor import describe
from rtaudiogen.models.wavegan.generator import GROUP_FADE_SECONDS, WaveGANGenerator, create
from rtaudiogen.offline import RenderRequest, render
from tests.midi_bytes import midi, off, on, track

from .untrained import SMALL, write_untrained

RATE = 16000
KICK, SNARE, CLOSED, OPEN = 36, 38, 42, 46
KICK_PAD, CLOSED_PAD, OPEN_PAD = 0, 6, 10
Values = NDArray[np.float32]


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_untrained(tmp_path_factory.mktemp("models") / "drums.safetensors")


@pytest.fixture(scope="module")
def prepared(path: Path) -> WaveGANGenerator:
    generator = create(describe(path), 48000)
    assert isinstance(generator, WaveGANGenerator)
    generator.prepare(4 * RATE)
    return generator


@pytest.fixture
def model(prepared: WaveGANGenerator) -> WaveGANGenerator:
    prepared.reset(1)
    return prepared


def row(model: WaveGANGenerator, **values: float) -> Values:
    """Return the parameters; `pad1_pan` is the parameter `pad1.pan`, and others have defaults."""
    parameters = model.descriptor.defaults()
    for name, value in values.items():
        id = name.replace("_", ".", 1) if name.startswith("pad") else name
        parameters[model.descriptor.parameter_index(id)] = value
    return parameters


def struck(key: int, frame: int = 0, voice: int = 0, velocity: float = 1.0) -> NDArray[np.void]:
    return event(frame, EventKind.NOTE_ON, voice, key, velocity)


def played(
    model: WaveGANGenerator, *events: NDArray[np.void], frames: int = 2 * RATE, **values: float
) -> Values:
    """Return the next frames, (frames, 2)."""
    out = np.full((frames, 2), np.nan, np.float32)
    model.render(out, row(model, **values), np.concatenate(events) if events else no_events())
    return out


def hit(model: WaveGANGenerator, pad: int, number: int, layer: int = 0, **values: float) -> Values:
    return model.make(model.recipe(pad, number, layer, row(model, **values)))


def test_a_key_plays_the_hit_that_a_pool_would_have(model: WaveGANGenerator) -> None:
    parameters = row(model)
    for number in range(3):
        expected = model.make(model.recipe(KICK_PAD, number, 0, parameters))
        assert expected.shape[1] == 2
        assert expected.flags.c_contiguous
        out = played(model, struck(KICK, frame=100))
        np.testing.assert_array_equal(out[100 : 100 + len(expected)], expected)
        assert not out[:100].any()
        assert not out[100 + len(expected) :].any()
    assert model.played[KICK_PAD] == 3
    assert model.played.sum() == 3


@settings(max_examples=30, deadline=None)
@given(
    st.integers(0, 15), st.integers(0, 10**7), st.integers(0, 3), st.floats(0, 1), st.floats(0, 1)
)
def test_the_same_number_is_the_same_bits_in_whatever_order(
    prepared: WaveGANGenerator, pad: int, number: int, layer: int, spread: float, drift: float
) -> None:
    values = {f"pad{pad + 1}_spread": spread, f"pad{pad + 1}_drift": drift, "velocity_timbre": 0.4}
    once = hit(prepared, pad, number, layer, **values)
    hit(prepared, (pad + 1) % 16, number + 1, layer)
    np.testing.assert_array_equal(hit(prepared, pad, number, layer, **values), once)


def test_hits_vary_and_without_spread_they_do_not(model: WaveGANGenerator) -> None:
    first, second = hit(model, 0, 0), hit(model, 0, 1)
    assert not np.array_equal(first[:2000], second[:2000])
    still = row(model, pad1_spread=0.0)
    assert model.recipe(0, 0, 0, still) == model.recipe(0, 77, 0, still)


@pytest.mark.parametrize(("master", "alike"), [(-1.0, True), (0.0, False), (1.0, False)])
def test_one_knob_makes_every_pad_still_or_free(
    model: WaveGANGenerator, master: float, alike: bool
) -> None:
    values = row(model, spread=master)
    for pad in range(16):
        same = model.recipe(pad, 1, 0, values) == model.recipe(pad, 2, 0, values)
        assert same == alike
        expected = {-1.0: 0.0, 0.0: pytest.approx(0.2), 1.0: 1.0}[master]
        assert model.recipe(pad, 1, 0, values).spread == expected


def test_another_seed_makes_other_hits_around_the_same_anchors(model: WaveGANGenerator) -> None:
    still, first = hit(model, 0, 0, pad1_spread=0.0), hit(model, 0, 0, pad1_spread=0.5)
    model.reset(2)
    np.testing.assert_array_equal(hit(model, 0, 0, pad1_spread=0.0), still)
    other = hit(model, 0, 0, pad1_spread=0.5)
    assert first.shape != other.shape or not np.array_equal(first, other)
    model.reset(1)
    np.testing.assert_array_equal(hit(model, 0, 0, pad1_spread=0.5), first)


def test_round_robin_plays_so_many_hits_in_turn(model: WaveGANGenerator) -> None:
    values = row(model, pad1_round_robin=3, pad1_drift=0.5)
    recipes = [model.recipe(0, number, 0, values) for number in range(7)]
    assert recipes[:3] == recipes[3:6]
    assert recipes[0] == recipes[6]
    assert len(set(recipes)) == 3


def test_mutations_are_reversible_and_breeding_blends_parents(
    model: WaveGANGenerator,
) -> None:
    sounds = [hit(model, 0, 0, pad1_mutate=n, pad1_spread=0.0)[:2000] for n in (0, 1, 2, 1, 0)]
    np.testing.assert_array_equal(sounds[0], sounds[4])
    np.testing.assert_array_equal(sounds[1], sounds[3])
    assert not np.array_equal(sounds[0], sounds[1])
    still = {"pad1_spread": 0.0, "pad3_spread": 0.0, "pad3_mutate": 4.0}
    bred = hit(model, 0, 0, pad1_breed=3.0, pad1_blend=1.0, **still)
    np.testing.assert_allclose(bred, hit(model, 2, 0, **still), atol=1e-4)
    own = model.recipe(0, 0, 0, row(model, pad1_breed=1.0))
    assert own == model.recipe(0, 0, 0, row(model))  # with itself is with none


def test_a_locked_pad_keeps_the_hit_that_was_played_last(model: WaveGANGenerator) -> None:
    for _ in range(3):
        last = played(model, struck(KICK))
    locked = row(model, pad1_lock=1.0)
    for _ in range(2):
        np.testing.assert_array_equal(played(model, struck(KICK), pad1_lock=1.0), last)
    assert model.kept(locked) == {"pad1.kept": 3.0}
    assert model.kept(row(model)) == {}

    model.reset(1)  # a session is opened: the number is a parameter now
    kept = {f"pad1_{name.partition('.')[2]}": value for name, value in {"pad1.kept": 3.0}.items()}
    np.testing.assert_array_equal(played(model, struck(KICK), pad1_lock=1.0, **kept), last)
    free = played(model, struck(KICK))
    assert not np.array_equal(free, last)


def test_unlocking_a_pad_forgets_the_hit_that_a_session_kept(model: WaveGANGenerator) -> None:
    opened = {"pad1_kept": 4.0}  # stays among the parameters for ever
    numbers = [model.recipe(KICK_PAD, number, 0, row(model)) for number in range(12)]

    def kept_after(played_hits: int, **values: float) -> int:
        """Return the number of the hit that a strike plays after a block with these values."""
        played(model, frames=16, **values)
        model.played[KICK_PAD] += played_hits
        return numbers.index(
            model.recipe(KICK_PAD, int(model.played[KICK_PAD]), 0, row(model, **values))
        )

    locked = {**opened, "pad1_lock": 1.0}
    assert kept_after(1, **locked) == 3
    assert kept_after(8, **opened) == 9
    assert kept_after(1, **locked) == 8, "the last one, not that of the session"
    assert model.kept(row(model, **locked)) == {"pad1.kept": 9.0}
    assert kept_after(0, **opened) == 10
    saved = model.kept(row(model, **opened))
    assert saved == {"pad1.kept": 0.0}, "nor does the next session bring it back"

    state = model.save_state()
    model.reset(1)
    model.load_state(state)
    assert kept_after(0, **locked) == 9
    kept_after(0, pad1_kept=0.0)
    assert kept_after(0, **locked) == 3, "a number that is set again counts again"
    kept_after(0, **opened)
    model.reset(1)
    assert kept_after(0, **locked) == 3


def test_a_lock_holds_before_render_has_seen_it(model: WaveGANGenerator) -> None:
    """A live pool asks for recipes from its own thread, and counts the hits itself."""
    model.played[KICK_PAD] = 5
    locked = row(model, pad1_lock=1.0)
    before = model.recipe(KICK_PAD, 5, 0, locked)
    assert before == model.recipe(KICK_PAD, 4, 0, row(model))
    played(model, frames=16, pad1_lock=1.0)
    model.played[KICK_PAD] = 9
    assert model.recipe(KICK_PAD, 9, 0, locked) == before
    played(model, frames=16)
    played(model, frames=16, pad1_lock=1.0)
    assert model.recipe(KICK_PAD, 9, 0, locked) == model.recipe(KICK_PAD, 8, 0, row(model))


def test_a_lock_is_part_of_the_state(model: WaveGANGenerator) -> None:
    model.played[KICK_PAD] = 5
    played(model, frames=16, pad1_lock=1.0)
    model.played[KICK_PAD] = 9
    state, locked = model.save_state(), row(model, pad1_lock=1.0)
    kept = model.kept(locked)
    model.reset(1)
    assert model.kept(locked) != kept
    model.load_state(state)
    assert model.kept(locked) == kept == {"pad1.kept": 5.0}


def test_velocity_is_gain_alone_until_it_moves_the_timbre(model: WaveGANGenerator) -> None:
    plain, moved = row(model), row(model, velocity_timbre=1.0)
    assert {model.layer_of(v, plain) for v in (0.01, 0.3, 0.6, 1.0)} == {0}
    assert [model.layer_of(v, moved) for v in (0.01, 0.3, 0.6, 1.0)] == [0, 1, 2, 3]
    hard, soft = model.recipe(0, 4, 3, moved), model.recipe(0, 4, 0, moved)
    np.testing.assert_array_equal(model.make(hard), model.make(model.recipe(0, 4, 0, plain)))
    assert not np.array_equal(model.make(soft)[:1000], model.make(hard)[:1000])
    assert model.strike(0, 0.5, plain).gain == pytest.approx(0.5)
    assert model.strike(0, 0.5, row(model, velocity_curve=1.0)).gain == pytest.approx(0.25)
    assert model.strike(0, 0.1, row(model, velocity_curve=0.0)).gain == pytest.approx(1.0)


def test_levels_add_up_and_pan_takes_the_far_side_away(model: WaveGANGenerator) -> None:
    values = row(model, level=-6.0, pad1_level=-6.0, pad1_pan=-1.0)
    assert model.strike(0, 1.0, values) == Strike(pytest.approx(10 ** (-12 / 20)), -1.0, 0)
    centre = played(model, struck(KICK), pad1_spread=0.0)
    np.testing.assert_array_equal(centre[:, 0], centre[:, 1])
    left = played(model, struck(KICK), pad1_spread=0.0, pad1_pan=-1.0)
    np.testing.assert_array_equal(left[:, 0], centre[:, 0])
    assert not left[:, 1].any()
    right = played(model, struck(KICK), pad1_spread=0.0, pad1_pan=1.0)
    assert not right[:, 0].any()


def test_a_closed_hat_ends_an_open_one_and_nothing_else(model: WaveGANGenerator) -> None:
    assert model.strike(OPEN_PAD, 1.0, row(model)).choke_group == 1
    when, fade = 1000, int(GROUP_FADE_SECONDS * RATE)
    still = {"pad1_spread": 0.0, "pad7_spread": 0.0, "pad11_spread": 0.0}
    kick, closed = played(model, struck(KICK), **still), played(model, struck(CLOSED), **still)
    alone = played(model, struck(OPEN), **still)
    assert alone[when + 100 : when + 500].any()
    both = played(
        model, struck(OPEN, voice=0), struck(KICK, voice=1), struck(CLOSED, when, voice=2), **still
    )
    rest = both - kick
    rest[when:] -= closed[:-when]
    np.testing.assert_allclose(rest[:when], alone[:when], atol=1e-6)
    np.testing.assert_allclose(rest[when + fade :], 0.0, atol=1e-6)
    assert np.abs(np.diff(rest[when : when + fade], axis=0)).max() < 1.0
    freed = played(model, struck(OPEN), struck(CLOSED, when, voice=1), **still, pad7_choke=0.0)
    freed[when:] -= closed[:-when]
    np.testing.assert_allclose(freed, alone, atol=1e-6)


def test_the_second_of_two_hats_in_a_frame_sounds_alone(model: WaveGANGenerator) -> None:
    alone = played(model, struck(OPEN, 100), pad11_spread=0.0)
    both = played(model, struck(CLOSED, 100), struck(OPEN, 100, voice=1), pad11_spread=0.0)
    np.testing.assert_array_equal(both, alone)


def test_a_pad_in_a_group_ends_its_own_last_hit(model: WaveGANGenerator) -> None:
    values = {"pad7_spread": 0.0}
    alone = played(model, struck(CLOSED), **values)
    twice = played(model, struck(CLOSED, voice=0), struck(CLOSED, 800, voice=1), **values)
    later = twice[800 + int(GROUP_FADE_SECONDS * RATE) :]
    np.testing.assert_array_equal(later, alone[int(GROUP_FADE_SECONDS * RATE) : len(later) + 80])


def test_note_off_does_nothing_and_a_choke_ends_the_hit(model: WaveGANGenerator) -> None:
    still = {"pad1_spread": 0.0}
    whole = played(model, struck(KICK), **still)
    off = event(500, EventKind.NOTE_OFF, 0)
    np.testing.assert_array_equal(played(model, struck(KICK), off, **still), whole)
    choked = played(model, struck(KICK), event(500, EventKind.CHOKE, 0), **still)
    np.testing.assert_array_equal(choked[:500], whole[:500])
    assert choked[500:540].any()
    assert not choked[500 + int(CHOKE_SECONDS * RATE) :].any()
    assert not model.voice_levels().any()


def test_keys_without_a_pad_and_events_for_all_do_nothing(model: WaveGANGenerator) -> None:
    wheel = event(3, EventKind.MOD_WHEEL, ALL_VOICES, value=1.0)
    assert not played(model, struck(20), struck(110, 5, voice=1), wheel).any()
    assert not model.played.any()


def test_sixteen_voices_resume_from_a_state_that_holds_no_sound(
    model: WaveGANGenerator, path: Path
) -> None:
    strikes = [struck(36 + n, 10 * n, voice=n) for n in range(16)]
    played(model, *strikes, frames=700, pad3_pitch=-7.0, pad4_reverse=1.0)
    played(model, event(5, EventKind.CHOKE, 2), frames=20)
    state = model.save_state()
    assert sum(array.nbytes for array in state.values()) < 10_000
    rest = played(model, struck(KICK, 50, voice=2))
    other = create(describe(path), RATE)
    other.prepare(4 * RATE)
    other.load_state(state)
    out = np.zeros_like(rest)
    other.render(out, row(model), struck(KICK, 50, voice=2))
    np.testing.assert_array_equal(out, rest)


def test_a_state_of_another_model_is_refused(model: WaveGANGenerator) -> None:
    played(model, struck(KICK), frames=100)
    state = model.save_state()
    with pytest.raises(ValueError, match="not a state of 'drums'"):
        model.load_state({**state, "played": state["played"][:-1]})
    voices = state["voices"].view(model.voices.dtype).copy()
    voices["recipe"]["kind"] = 9
    with pytest.raises(ValueError, match="not a state of 'drums'"):
        model.load_state({**state, "voices": voices.view(np.uint8)})


def test_a_pool_makes_hits_while_render_plays(model: WaveGANGenerator) -> None:
    """The pool has a thread of its own; neither changes the other's sound."""
    from concurrent.futures import ThreadPoolExecutor

    recipes = [model.recipe(n % 16, n, 0, row(model)) for n in range(24)]
    alone = [model.make(recipe) for recipe in recipes]
    strikes = [struck(36 + n, 200 * n, voice=n) for n in range(16)]
    quiet = played(model, *strikes)
    model.reset(1)
    with ThreadPoolExecutor(1) as worker:
        made = worker.map(model.make, recipes)
        np.testing.assert_array_equal(played(model, *strikes), quiet)
    for one, other in zip(made, alone, strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_drum_file_renders_the_same_bits_at_any_block_size(path: Path, tmp_path: Path) -> None:
    keys = (KICK, CLOSED, SNARE, OPEN, CLOSED, KICK)
    hits = [(delta, hit(key, channel=9)) for key in keys for delta, hit in ((0, on), (100, off))]
    (tmp_path / "beat.mid").write_bytes(midi([track(*hits)]))

    def rendered(block_frames: int, seed: int = 3) -> Values:
        model, beat = describe(path), tmp_path / "beat.mid"
        return render(
            RenderRequest([model], 1.5, seed=seed, block_frames=block_frames, midi_file=beat)
        )

    whole = rendered(4096)
    assert np.abs(whole).max() > 0.3
    np.testing.assert_array_equal(rendered(333), whole)
    assert not np.array_equal(rendered(4096, seed=4), whole)


def test_a_model_is_described_and_an_unknown_device_is_refused(path: Path) -> None:
    descriptor = describe(path)
    assert (descriptor.sample_rate, descriptor.channels, descriptor.voices) == (RATE, 2, 16)
    assert descriptor.family == "wavegan"
    with pytest.raises(RtAudioGenError, match=r"device 'abacus': .* 'cpu'"):
        create(descriptor, RATE).prepare(64, "abacus")
    assert SMALL.classes == descriptor.parameters[-1].labels
