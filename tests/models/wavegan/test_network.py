"""The networks equal the paper's, in whichever form they are computed."""

import pytest
import torch
from torch.nn import functional as F

from rtaudiogen.models.wavegan.config import LEVELS, WaveGANConfig
from rtaudiogen.models.wavegan.network import (
    BEFORE,
    SHUFFLE_FRAMES,
    Discriminator,
    Downsampling,
    Generator,
    PostFilter,
    Upsampling,
    phase_shuffle,
)

CLASSES = ("kick", "snare", "hat")


@pytest.fixture(autouse=True)
def seed() -> None:
    torch.manual_seed(0)


@pytest.mark.parametrize("frames", [1, 3, 16, 50])
def test_upsampling_is_a_transposed_conv_of_kernel_25_stride_4(frames: int) -> None:
    layer, x = Upsampling(8, 5).double(), torch.randn(3, 8, frames, dtype=torch.float64)
    torch.nn.init.normal_(layer.bias)
    expected = F.conv_transpose1d(x, layer.weight, layer.bias, 4, padding=11, output_padding=1)
    assert expected.shape == (3, 5, 4 * frames)
    torch.testing.assert_close(layer(x), expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("groups", [1, 3, 16, 50])
def test_downsampling_is_a_conv_of_kernel_25_stride_4(groups: int) -> None:
    layer, x = Downsampling(5, 8).double(), torch.randn(3, 5, 4 * groups, dtype=torch.float64)
    torch.nn.init.normal_(layer.bias)
    padded = F.pad(x, (BEFORE, 13))
    expected = F.conv1d(padded, layer.weight, layer.bias, 4)
    assert expected.shape == (3, 8, groups)
    torch.testing.assert_close(layer(x), expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("frames", [8192, 16384, 32768])
def test_a_latent_becomes_a_hit_and_a_hit_a_score(frames: int) -> None:
    config = WaveGANConfig(frames=frames, width=16, latent=20, classes=CLASSES)
    latent, classes = torch.rand(2, 20) * 2 - 1, torch.tensor([0, 2])
    made = Generator(config)(latent, classes)
    assert made.shape == (2, frames)
    assert made.abs().max() <= 1
    score, outputs = Discriminator(config, 16)(made, classes)
    assert score.shape == (2,)
    assert len(outputs) == LEVELS


def test_the_generator_of_the_paper_has_its_size() -> None:
    config = WaveGANConfig()  # d = 64, 16384 frames, no classes but one row for none
    extra = Generator(config).classes.weight.numel()
    assert sum(p.numel() for p in Generator(config).parameters()) - extra == 19_065_345
    extra = 1024
    assert sum(p.numel() for p in Discriminator(config, 64).parameters()) - extra == 17_427_969


def test_the_class_changes_the_hit_and_the_verdict() -> None:
    config = WaveGANConfig(width=16, classes=CLASSES)
    latent = torch.rand(1, 100) * 2 - 1
    generator, critic = Generator(config), Discriminator(config, 16).eval()
    kick, hat = (generator(latent, torch.tensor([index])) for index in (0, 2))
    assert not torch.allclose(kick, hat)
    torch.nn.init.normal_(critic.classes.weight)
    assert critic(kick, torch.tensor([0]))[0] != critic(kick, torch.tensor([2]))[0]


def test_a_fresh_post_filter_is_neutral_and_a_shifted_one_delays() -> None:
    signal = torch.randn(2, 300)
    for taps in (1, 2, 31, 512):
        post_filter = PostFilter(taps)
        torch.testing.assert_close(post_filter(signal), signal)
    post_filter.weight.data = post_filter.weight.data.roll(1)
    torch.testing.assert_close(post_filter(signal)[:, :-1], signal[:, 1:])


def test_phase_shuffle_shifts_each_example_by_its_own_frames() -> None:
    ramp = torch.arange(10.0, 42.0).expand(200, 3, 32)
    shuffled = phase_shuffle(ramp)
    shifts = (shuffled[:, 0, 16] - ramp[:, 0, 16]).long()
    assert set(shifts.tolist()) == set(range(-SHUFFLE_FRAMES, SHUFFLE_FRAMES + 1))
    for example, shift in zip(shuffled, shifts.tolist(), strict=True):
        inner = slice(SHUFFLE_FRAMES, 32 - SHUFFLE_FRAMES)
        assert torch.equal(example[0, inner], ramp[0, 0, inner] + shift)
        assert torch.equal(example[0], example[2]), "all channels alike"


def test_phase_shuffle_mirrors_at_the_ends() -> None:
    shuffled = phase_shuffle(torch.arange(8.0).expand(100, 1, 8))
    rows = {tuple(row) for row in shuffled[:, 0].tolist()}
    assert (2, 1, 0, 1, 2, 3, 4, 5) in rows
    assert (2, 3, 4, 5, 6, 7, 6, 5) in rows


def test_phase_shuffle_is_left_out_when_not_training() -> None:
    config = WaveGANConfig(width=16)
    critic, signal = Discriminator(config, 16).eval(), torch.randn(2, config.frames)
    classes = torch.zeros(2, dtype=torch.long)
    assert torch.equal(critic(signal, classes)[0], critic(signal, classes)[0])
    critic.train()
    assert not torch.equal(critic(signal, classes)[0], critic(signal, classes)[0])


@pytest.mark.parametrize(
    "sizes", [{"frames": 16000}, {"width": 20}, {"latent": 0}, {"classes": ("a", "a")}]
)
def test_sizes_that_no_network_can_have_are_refused(sizes: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"expected|must"):
        WaveGANConfig(**sizes)


def test_a_configuration_survives_its_header() -> None:
    config = WaveGANConfig(44100, 32768, 32, 64, CLASSES, 512)
    assert WaveGANConfig.from_json(config.to_json()) == config
