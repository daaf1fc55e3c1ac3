"""`rtaudiogen train effect DRY WET`: from two recordings to a capture that can be played."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import torch
from numpy.typing import NDArray
from torch import Tensor

from rtaudiogen.recording_pair import Pair, pair_of

from ...training import origin
from ...training import run as driver
from ...training.run import Model, Run, SoundStatistics, Stage
from ...training.trainer import Trainer
from .. import FAMILY
from ..document import CaptureConfig, write_nam
from .losses import Objective
from .network import Capture, capture_network
from .options import TrainingOptions
from .pictures import draw
from .recording import Recording, read_recording

NETWORK = "network."  # prefix of its weights' names in the objective
CLIP_SECONDS = 6.0
PICTURE = "effect.png"
AT_ONCE = 1 << 17  # frames of one call where no gradients are needed


@dataclass(frozen=True)
class EffectRun(Run[TrainingOptions]):
    """A training on a pair of recordings; its model is written as .nam, too."""

    pair: Pair

    @property
    def sounds_name(self) -> str:
        """The name of the pair."""
        return self.pair.place.name

    def identity(self, **found: Any) -> dict[str, Any]:
        """Return the identity of the checkpoint."""
        return origin.identity(FAMILY.teaches, self.pair, self.options.identity, **found)

    def write(self, trainer: Trainer, model: Model) -> None:
        """Write the model file, and the .nam beside its checkpoint for other programs."""
        super().write(trainer, model)
        weights = model.tensors["weights"]
        write_nam(self.folder / f"{self.path.stem}.nam", model.config.to_json(), weights)


def train(sounds: Path | Pair, out: Path, options: TrainingOptions | None = None) -> bool:
    """Train on a pair, or a folder with one, or resume; see `driver.train`."""
    pair = sounds if isinstance(sounds, Pair) else pair_of([sounds])
    run = EffectRun(FAMILY.name, pair.place, out, options or TrainingOptions(), pair)
    return driver.train(run, _stages)


def _stages(run: Run[TrainingOptions]) -> Iterator[Stage]:
    assert isinstance(run, EffectRun)
    options = run.options
    recording = read_recording(run.pair, options.sample_rate, options.delay, run.say)
    training = Training(recording, options, run.folder, run.identity())
    yield Stage(
        training.trainer,
        lambda: training.model(run.sounds_name),
        "loss",
        measure="held-out error-to-signal ratio in %",
        title="Effect",
        clip=training.write_clip,
    )


class Training:
    """A network that learns one recording."""

    def __init__(
        self, recording: Recording, options: TrainingOptions, run: Path, known: Mapping[str, Any]
    ) -> None:
        torch.manual_seed(options.seed)
        self.recording, self.options = recording, options
        self.network = capture_network(options.network)
        self._made = np.zeros(0, np.float32)  # of the held-out end, at the last report
        learnt = len(recording.dry) - recording.held_out
        self._dry, self._wet = recording.dry[:learnt], recording.wet[:learnt]
        self.network.input_gain.fill_(1 / _level(self._dry))
        self.network.output_gain.fill_(_level(self._wet))
        self.objective = Objective(self.network, torch.from_numpy(self._wet))
        self.trainer = Trainer(
            self.objective, self._batches, [], options.budget, run, known, compiled=False,
            mixed=False, measure=self._measure, device=options.device,
        )  # fmt: skip

    def _batches(self, step: int, process: int) -> list[dict[str, Tensor]]:
        """Return segments at random, each with what the network hears before."""
        random = np.random.default_rng([self.options.seed, process, step])
        before, frames = self.network.prefix, self.options.segment_frames
        frames = min(frames, len(self._dry))
        firsts = random.integers(0, len(self._dry) - frames + 1, self.options.segments)
        dry = np.stack([_part(self._dry, first - before, first + frames) for first in firsts])
        wet = np.stack([self._wet[first : first + frames] for first in firsts])
        return [{"dry": torch.from_numpy(dry), "wet": torch.from_numpy(wet)}]

    def _measure(self) -> dict[str, Any]:
        """Return the error-to-signal ratio of the held-out end, in percent."""
        wet = self.recording.wet[-self.recording.held_out :]
        self._made = processed(self.network, self.recording.dry, self.recording.held_out)
        error = self._made - wet
        ratio = np.sum(error.astype(np.float64) ** 2) / np.sum(wet.astype(np.float64) ** 2)
        return {"held_out": 100 * float(ratio)}

    def write_clip(self, path: Path) -> None:
        """Write what was held out: dry, wet, and what the last report's network makes of it.

        A picture of the whole training lies beside the clips.
        """
        rate, held = self.recording.sample_rate, self.recording.held_out
        frames = min(held, round(CLIP_SECONDS * rate))
        kept = slice(len(self.recording.dry) - held, len(self.recording.dry) - held + frames)
        dry, wet = self.recording.dry[kept], self.recording.wet[kept]
        made = self._made[:frames]
        soundfile.write(path, np.concatenate((dry, wet, made)), rate)
        draw(self.trainer.folder / PICTURE, self.trainer.history, wet, made, rate)

    def model(self, sounds_name: str) -> Model:
        """Return the model with the best weights so far."""
        options, recording = self.options, self.recording
        network = capture_network(options.network)
        own = {
            name.removeprefix(NETWORK): value.cpu()
            for name, value in self.trainer.best_weights.items()
            if name.startswith(NETWORK)
        }
        network.load_state_dict(own)
        best = min(self.trainer.history, key=lambda point: point["held_out"], default={})
        error = best.get("held_out", 100.0) / 100
        made = processed(network, recording.dry, recording.held_out)
        shape, weights = options.network, network.flat(options.sample_rate).numpy()
        config = dict(shape.config)
        if "head_scale" in config:
            config["head_scale"] = float(weights[-1])
        title = options.name or sounds_name
        metadata = _metadata(title, options, _level(made), error)
        learnt = len(recording.dry) - recording.held_out
        return Model(
            CaptureConfig(options.sample_rate, shape.architecture, config, metadata),
            {"weights": weights},
            f"Capture of {title} ({options.shape})",
            SoundStatistics(1, 1, learnt / recording.sample_rate),
            {
                "options": options.identity,
                "delay_frames": recording.delay,
                "best_step": best.get("step", 0),
                "error_to_signal": round(error, 6),
            },
        )


def _metadata(title: str, options: TrainingOptions, level: float, error: float) -> dict[str, Any]:
    """Return what a .nam file tells: what was said or measured, and nothing else."""
    said = {"name": title, "gear_type": options.gear_type, "tone_type": options.tone_type}
    return {name: text for name, text in said.items() if text} | {
        "loudness": round(20 * float(np.log10(level)), 3),
        "training": {"validation_esr": error},
    }


def processed(network: Capture, dry: NDArray[np.float32], frames: int) -> NDArray[np.float32]:
    """Return (frames,) of a network's answer to the end of a dry signal, in pieces."""
    device = network.input_gain.device
    parts = []
    with torch.inference_mode():
        for first in range(len(dry) - frames, len(dry), AT_ONCE):
            count = min(AT_ONCE, len(dry) - first)
            heard = torch.from_numpy(_part(dry, first - network.prefix, first + count))
            parts.append(network(heard[None].to(device), count)[0].cpu().numpy())
    return np.concatenate(parts)


def _part(signal: NDArray[np.float32], first: int, last: int) -> NDArray[np.float32]:
    """Return the frames first … last; before the beginning there is silence."""
    before = np.zeros(max(0, -first), np.float32)
    return np.concatenate([before, signal[max(0, first) : last]])


def _level(signal: NDArray[np.float32]) -> float:
    """Return the root mean square, above 0."""
    return float(np.sqrt(np.mean(signal.astype(np.float64) ** 2) + 1e-20))
