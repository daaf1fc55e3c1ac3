"""Models and how they are played, as a command line says: one value of many options."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from ...errors import RtAudioGenError, UsageError
from ...generator import Descriptor
from ...processors import CPU
from ...registry import find
from ...saving.presets import load_preset
from ...saving.sessions import Session
from ..options import (
    Chain,
    Device,
    Master,
    Seed,
    Settings,
    Sound,
    Voices,
    assign,
    check_takers,
    check_voices,
)
from .preset import NO_PRESET, PresetFile, fitting, found, seeds_of, sounds_of


@dataclass(frozen=True)
class Choices:
    """Options of the commands that play models; see `option_group.spread`."""

    preset: PresetFile = None
    master: Master = None
    sound: Sound = None
    set: Settings = None
    seed: Seed = 0
    voices: Voices = 0
    device: Device = CPU
    chain: Chain = False

    def with_preset_found(self) -> "Choices":
        """Return the same with the preset's file, if it was given by its name. UsageError."""
        return replace(self, preset=found(self.preset))

    def models(self, given: Sequence[str], session: Path | None) -> list[str]:
        """Return the models that were given; without any, and without a session, the preset's."""
        own = load_preset(self.preset).model if self.preset and not given and not session else ""
        return [own] if own else list(given)

    def for_models(self, models: Mapping[str, Descriptor]) -> "Chosen":
        """Return what is chosen for each model. UsageError for what none of them has."""
        check_takers(models.values(), self.sound)
        check_voices(models.values(), self.voices)
        given = dict(zip(models, assign(list(models.values()), self.set or []), strict=True))
        kept = fitting(models, self.preset) if self.preset else {}
        values = {name: {**kept.get(name, NO_PRESET).values, **given[name]} for name in models}
        return Chosen(self, values, seeds_of(kept), sounds_of(models, kept, self.sound))


@dataclass(frozen=True)
class Chosen:
    """Choices, with the preset's, for each model by its name."""

    choices: Choices
    values: Mapping[str, Mapping[str, float]]
    seeds: Mapping[str, int]
    sounds: Mapping[str, str]

    def session(self, opened: Session) -> Session:
        """Return a session with what is chosen in place of its own.

        UsageError for a chain, since a session has ways of its own.
        """
        if self.choices.chain and opened.slots:
            raise UsageError("--chain leads MODELs to each other; a session says where slots lead")
        slots = [
            replace(
                slot,
                values={**slot.values, **self.values.get(slot.model, {})},
                sound=self.sounds.get(slot.model, slot.sound),
                seed=self.seeds.get(slot.model, slot.seed),
                voices=self.choices.voices or slot.voices,
            )
            for slot in opened.slots
        ]
        master = self.choices.master
        gain_db = opened.master_gain_db if master is None else master
        return replace(opened, slots=tuple(slots), master_gain_db=gain_db)


def models_of(session: Session) -> dict[str, Descriptor]:
    """Return those of a session's models that exist; raise an error if none does."""
    models = {}
    for slot in session.slots:
        with suppress(RtAudioGenError):
            models[slot.model] = find(slot.model)
    if session.slots and not models:
        find(session.slots[0].model)  # raises the error that tells why
    return models
