"""Encoder and decoder on a device against the compiled ones; torch computes on the CPU."""

import gc
import weakref
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from rtaudiogen.errors import ProcessorLostError, RtAudioGenError
from rtaudiogen.models.compiled.conv.device import DeviceLayers
from rtaudiogen.models.vqvae.coders import Decoder, Encoder, State, label_bias
from rtaudiogen.models.vqvae.config import VQVAEConfig
from rtaudiogen.models.vqvae.packing import coders
from rtaudiogen.models.vqvae.streaming import StreamingDecoder, StreamingEncoder
from rtaudiogen.models.vqvae.waveform.device_coders import DeviceDecoder, DeviceEncoder
from rtaudiogen.models.vqvae.waveform.packing import Packed, pack
from rtaudiogen.models.vqvae.waveform.shapes import layers
from rtaudiogen.models.vqvae.waveform.streaming import decoder_of, encoder_of

from ..untrained import SMALL, untrained_tensors

Floats = NDArray[np.float32]
ODD = replace(  # strides that no vector fits into, one that is 1, dilations that reach far back
    SMALL, strides=(3, 1, 5), encoder_channels=48, decoder_channels=32, widest=80, stages=1,
    encoder_dilations=(1, 2, 4), decoder_dilations=(9,), codes=50, labels=("any",),
)  # fmt: skip
SIZES = {"small": SMALL, "odd": ODD, "default": VQVAEConfig()}
VOICES, FRAMES = 3, 12  # FRAMES are code frames
ALL = np.ones(VOICES, np.bool_)


@cache
def packed_of(name: str) -> Packed:
    return pack(SIZES[name], untrained_tensors(SIZES[name]))


@pytest.fixture(params=SIZES)
def packed(request: pytest.FixtureRequest) -> Packed:
    return packed_of(request.param)


@pytest.fixture
def small() -> Packed:
    return packed_of("small")


def latents(packed: Packed, seed: int = 0) -> Floats:
    """Return random latents, (FRAMES, VOICES, latent)."""
    random = np.random.default_rng(seed)
    return random.standard_normal((FRAMES, VOICES, packed.config.latent), np.float32)


def sound(packed: Packed) -> Floats:
    """Return noise, (FRAMES, hop)."""
    random = np.random.default_rng(1)
    return 0.3 * random.standard_normal((FRAMES, packed.config.hop), np.float32)


def played(
    packed: Packed, decoder: Decoder, frames: Floats, due: NDArray[np.bool_] = ALL
) -> Floats:
    """Return (frames, VOICES, hop), with zeros for voices that are not due."""
    out = np.zeros((len(frames), VOICES, packed.config.hop), np.float32)
    bias = label_bias(packed, packed.labels[-1])
    for frame, blocks in zip(frames, out, strict=True):
        decoder.decode_due(due, frame, bias, blocks)
    return out


def heard(packed: Packed, encoder: Encoder, frames: Floats) -> Floats:
    """Return the latents of the frames, (frames, latent)."""
    out = np.zeros((len(frames), packed.config.latent), np.float32)
    for frame, latent in zip(frames, out, strict=True):
        encoder.encode_latent(frame, latent)
    return out


def error(ours: Floats, expected: Floats) -> float:
    return float(np.abs(ours - expected).max() / np.abs(expected).max())


def same(one: State, other: State) -> bool:
    return set(one) == set(other) and all(np.array_equal(one[n], other[n]) for n in one)


def test_the_cpu_has_the_compiled_form_and_a_device_its_own(small: Packed, device: str) -> None:
    assert [type(part) for part in coders(small, 1, "cpu")] == [StreamingEncoder, StreamingDecoder]
    assert [type(part) for part in coders(small, 1, device)] == [DeviceEncoder, DeviceDecoder]


def test_a_processor_that_is_none_is_refused_in_a_line(small: Packed) -> None:
    with pytest.raises(RtAudioGenError, match="device 'tpu'"):
        coders(small, 1, "tpu")


def test_the_encoder_hears_what_the_compiled_one_hears(packed: Packed, device: str) -> None:
    encoder, compiled = coders(packed, 1, device)[0], encoder_of(packed)
    expected = heard(packed, compiled, sound(packed))
    assert error(heard(packed, encoder, sound(packed)), expected) < 1e-5
    state, wanted = encoder.state, compiled.state
    assert error(state["history"], wanted["history"]) < 1e-5
    assert np.array_equal(state["pending"], wanted["pending"])


def test_equal_latents_get_equal_codes(small: Packed, device: str) -> None:
    encoder, compiled = coders(small, 1, device)[0], encoder_of(small)
    ours, wanted = (np.full((FRAMES, SMALL.stages), 99, np.uint16) for _ in range(2))
    for frame, codes, expected in zip(sound(small), ours, wanted, strict=True):
        encoder.encode(frame, codes)
        compiled.encode(frame, expected)
    assert np.array_equal(ours, wanted)


def test_the_decoder_sounds_like_the_compiled_one(packed: Packed, device: str) -> None:
    decoder, compiled = coders(packed, VOICES, device)[1], decoder_of(packed, VOICES)
    expected = played(packed, compiled, latents(packed))
    assert error(played(packed, decoder, latents(packed)), expected) < 1e-5
    assert error(decoder.state["history"], compiled.state["history"]) < 1e-5


def test_a_voices_bits_do_not_depend_on_who_else_is_due(packed: Packed, device: str) -> None:
    together = played(packed, coders(packed, VOICES, device)[1], latents(packed))
    decoder = coders(packed, VOICES, device)[1]
    for frame in range(FRAMES):
        for voice in (2, 0):  # in any order, beside anything
            frames = latents(packed, seed=9)[frame : frame + 1]
            frames[0, voice] = latents(packed)[frame, voice]
            out = played(packed, decoder, frames, np.arange(VOICES) == voice)
            assert np.array_equal(out[0, voice], together[frame, voice])
            assert not np.delete(out, voice, axis=1).any()


def test_a_voice_that_is_not_due_keeps_every_bit(small: Packed, device: str) -> None:
    decoder = coders(small, VOICES, device)[1]
    played(small, decoder, latents(small))
    before = decoder.state
    played(small, decoder, latents(small, 2), np.array([False, True, False]))
    after = decoder.state
    assert np.array_equal(after["history"][[0, 2]], before["history"][[0, 2]])
    assert not np.array_equal(after["history"][1], before["history"][1])
    played(small, decoder, latents(small, 3), np.zeros(VOICES, np.bool_))
    assert same(decoder.state, after)


def test_a_saved_state_goes_on_bit_for_bit(packed: Packed, device: str) -> None:
    encoder, decoder = coders(packed, VOICES, device)
    heard(packed, encoder, sound(packed)[:5])
    played(packed, decoder, latents(packed)[:5])
    saved = encoder.state, decoder.state
    rest = heard(packed, encoder, sound(packed)[5:]), played(packed, decoder, latents(packed)[5:])
    others = coders(packed, VOICES, device)
    heard(packed, others[0], sound(packed))
    for part, state in zip(others, saved, strict=True):
        part.restore(state)
        assert same(part.state, state)
    assert np.array_equal(heard(packed, others[0], sound(packed)[5:]), rest[0])
    assert np.array_equal(played(packed, others[1], latents(packed)[5:]), rest[1])


def test_a_state_travels_to_the_device_and_back(packed: Packed, device: str) -> None:
    there, here = coders(packed, VOICES, device)[1], decoder_of(packed, VOICES)
    expected = played(packed, decoder_of(packed, VOICES), latents(packed))
    first = played(packed, here, latents(packed)[:4])
    there.restore(here.state)
    second = played(packed, there, latents(packed)[4:8])
    here.restore(there.state)
    third = played(packed, here, latents(packed)[8:])
    assert error(np.concatenate([first, second, third]), expected) < 1e-5


def test_a_state_of_other_sizes_or_voices_is_refused(small: Packed, device: str) -> None:
    encoder, decoder = coders(small, VOICES, device)
    with pytest.raises(ValueError, match="history"):
        decoder.restore(coders(small, VOICES + 1, device)[1].state)
    with pytest.raises(ValueError, match="pending"):
        decoder.restore({"history": decoder.state["history"]})
    with pytest.raises(ValueError, match="history"):
        encoder.restore(decoder.state)


def test_a_reset_voice_starts_again_and_leaves_others_alone(small: Packed, device: str) -> None:
    decoder = coders(small, VOICES, device)[1]
    first = played(small, decoder, latents(small))
    others = decoder.state["history"][[0, 2]]
    decoder.reset_voice(1)
    assert np.array_equal(decoder.state["history"][[0, 2]], others)
    again = played(small, decoder, latents(small))
    assert np.array_equal(again[:, 1], first[:, 1])
    assert not np.array_equal(again[0, 0], first[0, 0])


def test_sound_that_is_not_finite_is_silence_to_it(small: Packed, device: str) -> None:
    encoder, clean = coders(small, 1, device)[0], coders(small, 1, device)[0]
    frames = sound(small)
    frames[3, 1:5] = np.nan, np.inf, -np.inf, 3e38
    silent = frames.copy()
    silent[3, 1:5] = 0.0
    assert np.array_equal(heard(small, encoder, frames), heard(small, clean, silent))


def test_a_hop_that_is_no_whole_step_is_no_stream_of_it(small: Packed, device: str) -> None:
    from rtaudiogen.models.compiled.device_call import torch_device

    inward = list(layers(SMALL).encoder.values())
    with pytest.raises(ValueError, match="expected whole steps of 2"):
        DeviceLayers(inward, small.networks.encoder, 1, SMALL.hop - 1, torch_device(device))


def test_a_device_that_goes_is_told_as_lost_by_all_that_needs_it(
    small: Packed, device: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoder, decoder = coders(small, VOICES, device)
    state = decoder.state

    def broken(*_: object) -> None:
        raise RuntimeError("CUDA error: out of memory\nand more")

    for name in ("advance", "reset", "restore", "state"):
        monkeypatch.setattr(DeviceLayers, name, broken)
    with pytest.raises(ProcessorLostError, match=r"out of memory$"):
        encoder.encode(sound(small)[0], np.zeros(SMALL.stages, np.uint16))
    with pytest.raises(ProcessorLostError):
        played(small, decoder, latents(small))
    with pytest.raises(ProcessorLostError):
        decoder.reset_voice(0)
    with pytest.raises(ProcessorLostError):
        decoder.restore(state)
    with pytest.raises(ProcessorLostError):
        _ = decoder.state


def test_a_dropped_object_leaves_the_device_at_once(small: Packed, device: str) -> None:
    """It does not wait for garbage collection."""
    encoder, decoder = coders(small, VOICES, device)
    there = [weakref.ref(encoder._call), weakref.ref(decoder._call)]
    gc.disable()
    try:
        del encoder, decoder
        assert [call() for call in there] == [None, None]
    finally:
        gc.enable()
