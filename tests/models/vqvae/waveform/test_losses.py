"""The loss: which weights each part moves, and its value on loud, soft and silent sound."""

from collections.abc import Iterator
from itertools import pairwise

import pytest
import torch
from torch import Tensor, nn

from rtaudiogen.models.measuring.spectral_distance import SpectralDistance
from rtaudiogen.models.vqvae.quantized import COMMITMENT, Quantized, quantisation
from rtaudiogen.models.vqvae.waveform import losses
from rtaudiogen.models.vqvae.waveform.discriminator import SCALES, Discriminator
from rtaudiogen.models.vqvae.waveform.losses import (
    adversarial,
    hinge,
    reconstruction,
    waveform_distance,
    waveform_weight,
)
from rtaudiogen.models.vqvae.waveform.network import VQVAE
from rtaudiogen.models.vqvae.waveform.quantizer import START_STEPS, Codebook

from ..untrained import SMALL

RATE = 16000
WEIGHT = torch.tensor(4.0)  # of the waveform


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    """Let torch use one thread: at these sizes more are slower."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def noise(seed: int = 0, frames: int = 1600, batch: int = 2) -> Tensor:
    return 0.1 * torch.randn(batch, frames, generator=torch.Generator().manual_seed(seed))


def moved(loss: Tensor, network: nn.Module) -> set[str]:
    """Return the names of the parameters to which the loss gives a gradient."""
    names, parameters = zip(*network.named_parameters(), strict=True)
    gradients = torch.autograd.grad(loss, parameters, allow_unused=True, retain_graph=True)
    return {n for n, g in zip(names, gradients, strict=True) if g is not None and g.any()}


def rounding_network() -> tuple[VQVAE, Tensor, Quantized]:
    """Return a network with started codebooks, its output, and its quantised latents."""
    torch.manual_seed(0)
    network = VQVAE(SMALL)
    for module in network.modules():
        if isinstance(module, Codebook):
            module.steps.fill_(START_STEPS)
    made, quantized = network(noise(), torch.tensor([1, 2]))
    return network, made, quantized


def test_every_part_of_the_loss_trains_its_part_of_the_network() -> None:
    network, made, quantized = rounding_network()
    of_matching = moved(quantized.matching, network)
    of_commitment = moved(quantized.commitment, network)
    of_sound = moved(reconstruction(made, noise(), SpectralDistance(RATE), WEIGHT), network)
    assert {name.split(".")[0] for name in of_matching} == {"quantizer"}
    for stage in range(SMALL.stages):
        assert f"quantizer.stages.{stage}.up.weight" in of_matching
        assert f"quantizer.stages.{stage}.down.linear.weight" in of_matching
    assert {name.split(".")[0] for name in of_commitment} == {"encoder"}
    assert "encoder.filterbank.weight.direction" in of_commitment
    assert {name.split(".")[0] for name in of_sound} == {"encoder", "decoder", "labels"}


def test_the_encoder_pays_a_quarter_and_the_quantiser_all() -> None:
    one = Quantized(torch.zeros(0), torch.zeros(0), torch.tensor(1.0), torch.tensor(0.0))
    other = Quantized(torch.zeros(0), torch.zeros(0), torch.tensor(0.0), torch.tensor(1.0))
    assert quantisation(one) == COMMITMENT == 0.25
    assert quantisation(other) == 1.0


def test_the_distance_of_waveforms_is_a_share_of_the_sound() -> None:
    real, error = noise(0), noise(1)
    share = float(error.square().mean() / real.square().mean())
    for gain in (1.0, 0.5, 0.15):
        distance = waveform_distance(gain * (real + error), gain * real)
        assert float(distance) == pytest.approx(share, rel=0.1)
        torch.testing.assert_close(distance, waveform_distance(real + error, real))
    soft, softer = (waveform_distance(g * (real + error), g * real) for g in (1e-3, 1e-4))
    assert float(softer) == pytest.approx(0.01 * float(soft), rel=1e-3), "below the floor it falls"
    assert waveform_distance(real, real) == 0


def test_the_waveform_leads_at_first_and_then_steps_back() -> None:
    weights = [waveform_weight(progress / 100) for progress in range(101)]
    falls = round(100 * losses.WAVEFORM_FALLS)
    assert weights[0] == losses.WAVEFORM_FIRST > losses.WAVEFORM_LAST
    assert all(later < earlier for earlier, later in pairwise(weights[: falls + 1]))
    assert set(weights[falls:]) == {losses.WAVEFORM_LAST}
    made, real, spectral = noise(0), noise(1), SpectralDistance(RATE)
    one, other = (reconstruction(made, real, spectral, torch.tensor(w)) for w in (3.0, 1.0))
    torch.testing.assert_close(one - other, 2.0 * waveform_distance(made, real))


@pytest.mark.parametrize("seed", [None, 0])
def test_silence_has_a_finite_loss_and_a_finite_gradient(seed: int | None) -> None:
    silence = torch.zeros(2, 1600)
    made = (silence if seed is None else noise(seed)).clone().requires_grad_()
    loss = reconstruction(made, silence, SpectralDistance(RATE), WEIGHT)
    loss.backward()
    assert loss.isfinite()
    assert made.grad is not None
    assert made.grad.isfinite().all()
    assert (loss > 1.0) == (seed is not None), "whoever is silent too has done well"


@pytest.mark.parametrize("sample_rate", [8000, 16000, 44100, 48000])
def test_spectra_are_nearer_the_nearer_the_sound(sample_rate: int) -> None:
    spectral = SpectralDistance(sample_rate)
    real = noise(0, sample_rate // 4)
    distances = [
        float(spectral(real + share * noise(1, sample_rate // 4), real))
        for share in (0.0, 0.1, 0.5, 2.0)
    ]
    assert distances[0] == pytest.approx(0.0, abs=1e-4)
    assert all(nearer < farther for nearer, farther in pairwise(distances))


def judged(verdict: float, feature: float = 0.0) -> list[list[Tensor]]:
    """Return a verdict on two scales, with one hidden layer each."""
    return [[torch.full((2, 4, 8), feature), torch.full((2, 1, 8), verdict)] for _ in range(2)]


def test_the_rival_pays_for_verdicts_on_the_wrong_side_of_one() -> None:
    assert hinge(judged(-1.0), judged(1.0)) == 0
    assert hinge(judged(-5.0), judged(5.0)) == 0, "more certain than needed earns nothing"
    assert hinge(judged(0.0), judged(0.0)) == 2
    assert hinge(judged(2.0), judged(1.0)) == 3, "takes what was made for real"
    assert hinge(judged(-1.0), judged(-2.0)) == 3, "takes what is real for made"


def test_a_generator_pays_for_not_being_taken_for_real() -> None:
    real = judged(1.0)
    assert adversarial(judged(1.0), real) < adversarial(judged(-1.0), real)
    assert adversarial(judged(0.5), real) == -0.5 * losses.ADVERSARIAL
    strange = adversarial(judged(0.0, feature=0.5), real)
    assert strange == 0.5 * losses.FEATURES


def test_the_adversarial_loss_moves_made_but_not_real_sound() -> None:
    torch.manual_seed(3)
    rival = Discriminator(4)
    made, real = noise(0).requires_grad_(), noise(1).requires_grad_()
    adversarial(rival.judge(made), rival.judge(real)).backward()
    assert made.grad is not None
    assert made.grad.any()
    assert real.grad is None or not real.grad.any()


@pytest.mark.parametrize("frames", [640, 1600, 8000])
def test_the_discriminator_hears_3_rates_and_judges_by_64_frames(frames: int) -> None:
    rival = Discriminator(4)
    scales = rival.judge(noise(0, frames))
    assert len(scales) == SCALES
    for scale, layers in enumerate(scales):
        heard = frames / 2**scale
        assert layers[0].shape[:2] == (2, 4)
        assert layers[0].shape[-1] == pytest.approx(heard, abs=1)
        assert layers[-1].shape[:2] == (2, 1)
        assert layers[-1].shape[-1] == pytest.approx(heard / 64, abs=1)


def test_the_rival_learns_to_tell_one_sound_from_another() -> None:
    torch.manual_seed(4)
    rival = Discriminator(4)
    optimizer = torch.optim.Adam(rival.parameters(), 1e-2)
    tone = 0.1 * torch.sin(torch.arange(1600) * 0.3).expand(2, -1)
    before = rival(noise(), tone).item()
    for step in range(30):
        optimizer.zero_grad()
        rival(noise(step), tone).backward()
        optimizer.step()
    assert rival(noise(100), tone).item() < 0.3 * before
    verdicts = [torch.stack([s[-1].mean() for s in rival.judge(x)]) for x in (noise(100), tone)]
    assert (verdicts[0] < verdicts[1]).all()
