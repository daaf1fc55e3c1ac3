"""What a WaveNet model offers a player, read from its file's header: no torch, no weights."""

from collections.abc import Iterator
from pathlib import Path

from rtaudiogen.errors import RtAudioGenError
from rtaudiogen.generator import Descriptor, Plays
from rtaudiogen.model_file import ModelHeader, check_tensors, read_header

from ..playing.codes.parameters import NOTE_PARAMETERS, timbre_parameters, views
from .config import WaveNetConfig
from .shapes import shapes

WEIGHTS = Path(__file__).parent / "weights"
VOICES = 4


def builtin() -> Iterator[Descriptor]:
    """The models that ship with the package."""
    return (describe(path) for path in sorted(WEIGHTS.glob("*.safetensors")))


def describe(path: Path) -> Descriptor:
    """The descriptor of a model file. RtAudioGenError, one line, if it is not a WaveNet."""
    header = read_header(path)
    config = read_config(path, header)
    check_tensors(path, shapes(config))
    pitched = config.pitched
    return Descriptor(
        id=header.name,
        family="wavenet",
        name=header.name,
        summary=header.summary,
        plays=frozenset({Plays.NOTES if pitched else Plays.STREAM}),
        sample_rate=config.sample_rate,
        channels=1,
        voices=VOICES if pitched else 1,
        parameters=timbre_parameters(config.instruments, 0.6 if pitched else 1.0)
        + (NOTE_PARAMETERS if pitched else ()),
        licence=header.licence,
        path=path,
        facts=header.training,
        views=views(config.instruments, pitched),
    )


def read_config(path: Path, header: ModelHeader) -> WaveNetConfig:
    """The network's configuration in a header."""
    if header.family != "wavenet":
        raise RtAudioGenError(f"{path}: a model of family '{header.family}', not 'wavenet'")
    try:
        return WaveNetConfig.from_json(header.config)
    except (TypeError, ValueError) as error:
        raise RtAudioGenError(f"{path}: the configuration is damaged ({error})") from error
