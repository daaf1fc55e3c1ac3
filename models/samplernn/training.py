"""`rtaudiogen train samplernn FOLDER`: from a folder of sounds to a playable model file."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ..playing.codes.rendered import clip_of
from ..sounds.notes.carried import StreamOptions, stream_trainer
from ..sounds.notes.made_up import code_trial
from ..sounds.notes.stages import stages
from ..training import run as driver
from ..training.options import CHANNELS, option
from ..training.run import Run
from .config import FILES, FRAME, SampleRNNConfig
from .generator import create
from .network import SampleRNN


@dataclass(frozen=True)
class TrainingOptions(StreamOptions):
    """Options of a SampleRNN's training."""

    width: int = option(256, "Units of every tier; larger is better and slower.", **CHANNELS)
    segment_frames: int = option(
        512, "Samples through which errors are traced back.", least=FRAME, multiple_of=FRAME
    )

    def config(self, instruments: tuple[str, ...]) -> SampleRNNConfig:
        """Return the network that these options describe."""
        return self.code_config(SampleRNNConfig, instruments)


def train(folder: Path, out: Path, options: TrainingOptions | None = None) -> bool:
    """Train on `folder`, or resume; see `driver.train`."""
    run = Run("samplernn", folder, out, options or TrainingOptions())
    clip = partial(clip_of, create, FILES.describe)
    return driver.train(run, partial(stages, title="SampleRNN", trainer_of=trainer_of, clip=clip))


# the tiers' states are buffers of the objective, by these names in a checkpoint
trainer_of = partial(stream_trainer, SampleRNN, ("slow", "middle"), FRAME)
trial = partial(code_trial, TrainingOptions, "rows", trainer_of)
