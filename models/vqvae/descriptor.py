"""What a VQ-VAE model offers a player, read from its file's header: no torch, no weights."""

from collections.abc import Iterator
from pathlib import Path

from rtaudiogen.errors import RtAudioGenError
from rtaudiogen.generator import Descriptor, Parameter, Plays
from rtaudiogen.model_file import ModelHeader, read_header

from .config import VQVAEConfig

WEIGHTS = Path(__file__).parent / "weights"
VOICES = 4  # notes at a time, beside the stream


def builtin() -> Iterator[Descriptor]:
    """The models that ship with the package."""
    return (describe(path) for path in sorted(WEIGHTS.glob("*.safetensors")))


def describe(path: Path) -> Descriptor:
    """The descriptor of a model file. RtAudioGenError, one line, if it is not a VQ-VAE."""
    header = read_header(path)
    config = read_config(path, header)
    return Descriptor(
        id=header.name,
        family="vqvae",
        name=header.name,
        summary=header.summary,
        plays=frozenset({Plays.STREAM, Plays.NOTES, Plays.EFFECT}),
        sample_rate=config.sample_rate,
        channels=1,
        voices=VOICES,
        parameters=parameters(config),
        licence=header.licence,
        path=path,
        facts=header.training,
        takes_sound=True,
    )


def read_config(path: Path, header: ModelHeader) -> VQVAEConfig:
    """The network's configuration in a header."""
    if header.family != "vqvae":
        raise RtAudioGenError(f"{path}: a model of family '{header.family}', not 'vqvae'")
    try:
        return VQVAEConfig.from_json(header.config)
    except (TypeError, ValueError) as error:
        raise RtAudioGenError(f"{path}: the configuration is damaged ({error})") from error


def parameters(config: VQVAEConfig) -> tuple[Parameter, ...]:
    """What a performer can move."""
    return (
        Parameter("level", "Level", -24.0, 12.0, 0.0, "dB", help="how loud the decoder plays"),
    )
