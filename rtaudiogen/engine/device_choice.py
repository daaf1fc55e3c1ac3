"""Choice of the processor for a model: the named one, or the one that renders it with the lower
p99.

With one voice at 128 frames a GPU is slower on many machines, so `auto` measures; see
`render_times`.
"""

from collections.abc import Callable, Mapping

from .. import processors, registry
from ..generator import Descriptor
from ..processors import AUTO, CPU
from ..registry import one_line
from . import render_times
from .render_times import RenderTime

Say = Callable[[str], None]


class DeviceChoice:
    """Chooses a processor for every new generator; says so if the wish cannot be met.

    `wanted` is one of `processors.NAMES` or `AUTO`.
    """

    def __init__(self, wanted: str, say: Say) -> None:
        self._wanted, self._say = wanted, say
        self._lost: set[str] = set()
        self._said: set[str] = set()
        self._cannot: set[tuple[str, str]] = set()  # titles, and devices that cannot compute them

    def __call__(self, model: Descriptor) -> str:
        """Return the device's name. [control], takes seconds with `auto` and a new model"""
        if self._wanted == CPU:
            return CPU
        if self._wanted == AUTO:
            return self._fastest(model)
        if self._wanted in self._lost:
            return CPU
        reason = processors.missing(self._wanted)
        if self._wanted not in registry.family(model.family).devices:
            reason = f"the family '{model.family}' does not support it"
        if reason:
            self._say_once(f"Device '{self._wanted}': {reason}; the CPU computes {model.id}.")
        return CPU if reason else self._wanted

    def lose(self, device: str) -> None:
        """Stop using a device that has gone; the CPU always stays. [control]"""
        if device != CPU:
            self._lost.add(device)

    def _fastest(self, model: Descriptor) -> str:
        """Return the fastest of the available devices; measure nothing if there is only one."""
        there = [device for device in candidates(model) if device not in self._lost]
        if len(there) < 2:
            only = there[0] if there else CPU
            if not self._lost:  # else the user has been told
                self._say_once(
                    f"{_title(model)} is computed on '{only}': no other processor here can."
                )
            return only
        known = render_times.known(model, there)
        cannot = [device for device in there if (_title(model), device) in self._cannot]
        unknown = [device for device in there if device not in (*known, *cannot)]
        if unknown:
            self._say(f"Measuring {_title(model)} on {' and '.join(unknown)}, once.")
            measured = self._measure(model, unknown)
            render_times.remember(model, measured)
            known |= measured
        device = fastest(known) or CPU
        times = ", ".join(f"{name} {time.p99_ms:.2f} ms" for name, time in known.items())
        why = f" (p99: {times})" if len(known) > 1 else ""
        self._say_once(f"{_title(model)} is computed on '{device}'{why}.")
        return device

    def _measure(self, model: Descriptor, devices: list[str]) -> dict[str, RenderTime]:
        """Return the times on the devices that can compute the model."""
        measured = {}
        for device in devices:
            try:
                measured[device] = render_times.measure(model, device)
            except Exception as error:  # a third-party generator may raise anything
                self._cannot.add((_title(model), device))
                sentence = f"Device '{device}' cannot compute {_title(model)}: {one_line(error)}."
                self._say_once(sentence)
        return measured

    def _say_once(self, sentence: str) -> None:
        if sentence not in self._said:
            self._said.add(sentence)
            self._say(sentence)


def _title(model: Descriptor) -> str:
    """Return the model's name with the number of voices, which affects the time."""
    return f"{model.id} ({model.voices} voice{'s' if model.voices > 1 else ''})"


def candidates(model: Descriptor) -> list[str]:
    """Return the available devices that the model's family supports. [control]"""
    known = registry.family(model.family).devices
    return [device for device in processors.available() if device in known]


def fastest(times: Mapping[str, RenderTime]) -> str | None:
    """Return the device with the lowest p99; the first of equals; None if there is none."""
    return min(times, key=lambda device: times[device].p99_ms, default=None)


def remembered(model: Descriptor) -> tuple[str | None, dict[str, RenderTime]]:
    """Return what `auto` would choose without measuring, and the known times. [control]

    None: it would have to measure.
    """
    there = candidates(model)
    known = render_times.known(model, there)
    if len(there) < 2:
        return (there[0] if there else CPU), known
    return (fastest(known) if len(known) == len(there) else None), known
