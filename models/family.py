"""Declaration of a family of models: its configuration, its model files and its commands."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Generic, Protocol, Self, TypeVar

from numpy.typing import NDArray

from rtaudiogen.errors import RtAudioGenError
from rtaudiogen.generator import TIMBRE, Descriptor, Family, Generator, Parameter, Plays
from rtaudiogen.model_file import (
    ModelHeader,
    check_tensors,
    gains_of,
    read_header,
    read_tensors,
)
from rtaudiogen.views import View

from .compiled.channels import CHANNEL_MULTIPLE
from .compiled.mulaw import LEVELS
from .playing.configuration import check_rate, configured

Tensors = dict[str, NDArray[Any]]
Shapes = Mapping[str, tuple[int, ...]]


@dataclass(frozen=True)
class ModelConfig:
    """Base of configurations: frozen dataclasses of plain values and tuples of them.

    A configuration that exists describes a network that can be built: ValueError otherwise.
    """

    sample_rate: int = 16000  # frames per second in Hz

    def __post_init__(self) -> None:
        """Raise ValueError, in one line, for sizes that no network can have."""
        check_rate(self.sample_rate)

    def check_channels(self, *names: str) -> None:
        """Raise ValueError unless these fields are multiples of CHANNEL_MULTIPLE."""
        for name in names:
            size = getattr(self, name)
            if size < CHANNEL_MULTIPLE or size % CHANNEL_MULTIPLE:
                raise ValueError(
                    f"{name} {size}: expected a multiple of {CHANNEL_MULTIPLE} above 0"
                )

    def to_json(self) -> dict[str, Any]:
        """Return plain values for a model file's header."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Read a header's values; TypeError for unknown fields, ValueError for impossible ones."""
        return configured(cls, values)


@dataclass(frozen=True)
class CodeModelConfig(ModelConfig):
    """The base of configurations of networks that draw μ-law codes, as notes or as a texture."""

    harmonics: int = 0  # multiples of the note's phase that are told; 0: a texture, without notes
    instruments: tuple[str, ...] = ("default",)
    embedding: int = 8  # E, dimensions of the space in which instruments are points
    preemphasis: float = 0.0  # y[t] = x[t] - preemphasis · x[t-1] before μ-law

    def __post_init__(self) -> None:
        """Raise ValueError for sizes that no network can have."""
        super().__post_init__()
        if not self.instruments or self.embedding < 1 or not 0 <= self.preemphasis < 1:
            raise ValueError("expected an instrument, an embedding and a preemphasis below 1")

    @property
    def pitched(self) -> bool:
        """Return True if the model is played by notes."""
        return self.harmonics > 0

    @property
    def bands(self) -> int:
        """Return how many codes a frame of the network has, which sounds for as many frames."""
        return 1

    @property
    def codes(self) -> tuple[int, ...]:
        """Return the number of codes of each band."""
        return (LEVELS,)

    @property
    def conditioning(self) -> int:
        """Return C, the local conditioning channels; `sounds.notes.conditioning` lays them out."""
        return 2 * self.harmonics + 8 if self.pitched else 0


@dataclass(frozen=True)
class Card:
    """The name and the colour of a shipped model in a window; scripts know it by its id."""

    name: str
    colour: str  # "#rrggbb"
    summary: str


C = TypeVar("C", bound=ModelConfig)
D = TypeVar("D", bound=ModelConfig, covariant=True)


class Configurations(Protocol[D]):
    """The class of a family's configurations, or a choice between several."""

    def from_json(self, values: Mapping[str, Any], /) -> D:
        """Read a header's values; TypeError for unknown fields, ValueError for impossible ones."""


@dataclass(frozen=True)
class Offer:
    """The capabilities of a model with some configuration; see `Descriptor`."""

    plays: frozenset[Plays]
    voices: int
    parameters: tuple[Parameter, ...]
    views: tuple[View, ...] = ()
    channels: int = 1
    takes_sound: bool = False
    width: float = 0.0
    key_pan: float = 0.0


def _timbres(offer: Offer) -> tuple[str, ...]:
    """Return the choices of its parameter `timbre`, if it has one."""
    return next((p.labels for p in offer.parameters if p.id == TIMBRE), ())


@dataclass(frozen=True)
class ModelFiles(Generic[C]):
    """The model files of a family: those that ship with it, and how any of them is read."""

    family: str
    config: Configurations[C]
    shapes: Callable[[C], Shapes]  # of the tensors that a configuration needs
    offer: Callable[[Path, C, ModelHeader], Offer]  # RtAudioGenError, if the header is damaged
    weights: Path  # the folder of the models that ship
    cards: Mapping[str, Card] = field(default_factory=dict)  # of those, by id

    def builtin(self) -> Iterator[Descriptor]:
        """Yield the models that ship with the package."""
        return (self.describe(path) for path in sorted(self.weights.glob("*.safetensors")))

    def describe(self, path: Path) -> Descriptor:
        """Return the descriptor of a model file, from its header: no torch, no weights. [any]

        RtAudioGenError, in one line, if it is not a model of this family.
        """
        header = read_header(path)
        config = self.read_config(path, header)
        offer = self.offer(path, config, header)
        check_tensors(path, self.shapes(config))
        own = Card(header.name, "", header.summary)
        card = self.cards.get(header.name, own) if path.parent == self.weights else own
        return Descriptor(
            id=header.name,
            family=self.family,
            name=card.name,
            summary=card.summary,
            colour=card.colour,
            sample_rate=config.sample_rate,
            licence=header.licence,
            path=path,
            facts=header.training,
            gains_db=gains_of(path, header, _timbres(offer)),
            **vars(offer),
        )

    def read_config(self, path: Path, header: ModelHeader) -> C:
        """Return the configuration in a header. RtAudioGenError, in one line, if it is damaged."""
        if header.family != self.family:
            raise RtAudioGenError(
                f"{path}: a model of family '{header.family}', not '{self.family}'"
            )
        try:
            return self.config.from_json(header.config)
        except (TypeError, ValueError) as error:
            raise RtAudioGenError(f"{path}: the configuration is damaged ({error})") from error

    def opened(self, descriptor: Descriptor) -> tuple[C, Tensors]:
        """Return a model's configuration and weights. [control]

        RtAudioGenError, in one line, if it has no file, or the file is damaged.
        """
        path = descriptor.path
        if path is None:
            raise RtAudioGenError(f"model '{descriptor.id}' has no file")
        return self.read_config(path, read_header(path)), read_tensors(path)

    def created(
        self, descriptor: Descriptor, kind_of: Callable[[C], Callable[..., Generator]]
    ) -> Generator:
        """Return a model's generator: `kind_of(config)(descriptor, config, tensors)`. [control]

        RtAudioGenError, in one line, for a damaged file or weights that do not fit.
        """
        config, tensors = self.opened(descriptor)
        try:
            return kind_of(config)(descriptor, config, tensors)
        except (KeyError, ValueError) as error:
            raise RtAudioGenError(
                f"{descriptor.path}: the weights do not fit the configuration ({error})"
            ) from error


def declare_family(
    package: str,
    files: ModelFiles[Any],
    summary: str,
    device_benchmark: str = "",
    learning: str = "",
    measuring: str = "",
    parallel: str = "parallel",
    **more: Any,
) -> Family:
    """Return the declaration of a family whose `package` has modules with the usual names.

    They are `generator`, `training`, `evaluation`, `parallel` and `benchmark`; `more` are further
    fields of `Family`. `device_benchmark` is the module that measures on GPUs, if there is one.
    `learning` and `measuring` are the rooms of the modules that learn and measure, such as
    "learning.", where those are not in the package itself. `parallel` is the module that compares
    the streaming form with the trained network.
    """
    on_devices = f"{package}.{measuring}{device_benchmark}:bench_rows"
    return Family(
        name=files.family,
        summary=summary,
        builtin=files.builtin,
        describe=files.describe,
        create=f"{package}.generator:create",
        train=f"{package}.{learning}training:train",
        evaluate=f"{package}.{measuring}evaluation:evaluate",
        parallel_check=f"{package}.{parallel}:check",
        benchmark=f"{package}.{measuring}benchmark:bench_rows",
        device_benchmark=on_devices if device_benchmark else None,
        presets=files.weights.with_name("presets"),
        **more,
    )
