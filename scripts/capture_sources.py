"""Write the sounds that the shipped captures were trained on: one dry recording, four wet ones.

    python scripts/capture_sources.py FOLDER
    rtaudiogen train effect FOLDER/dry.wav FOLDER/tube.wav

The dry signal is like a guitar: plucked strings of a digital waveguide at many levels, and sweeps,
bursts of noise and pauses, which a player would not play. The effects are computed at 8 times the
sample rate: of a sine of 3 kHz at -3 dB, what aliases has -74 dB or less. Nothing here varies over
time: a capture could not learn the wow of a tape or the hum of a supply.
"""

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import soundfile
from numba import njit
from numpy.typing import NDArray
from scipy import signal

Signal = NDArray[np.float64]

RATE, OVER = 48000, 8
FAST = RATE * OVER
SECONDS, HELD_OUT_SECONDS = 150.0, 15.0  # the last part is played, without sweeps or noise
SEED = 2026


# ---------------------------------------------------------------------------- the dry signal


@njit(cache=True)
def _string(excited: Signal, period: float, damping: float, decay: float) -> Signal:
    """Return a plucked string: a delay line with a low-pass filter (Karplus and Strong, 1983)."""
    whole = int(period)
    share = period - whole
    out = np.zeros_like(excited)
    before = 0.0
    for n in range(len(out)):
        late = 0.0
        if n > whole:
            late = (1 - share) * out[n - whole] + share * out[n - whole - 1]
        before = (1 - damping) * late + damping * before
        out[n] = excited[n] + decay * before
    return out


def pluck(key: float, seconds: float, random: np.random.Generator, muted: bool) -> Signal:
    """Return a note at full level: MIDI key, held for some seconds."""
    frames = round(seconds * RATE)
    excited = np.zeros(frames)
    burst = round(random.uniform(0.002, 0.006) * RATE)
    excited[:burst] = random.uniform(-1, 1, burst) * np.hanning(burst)
    damping = random.uniform(0.4, 0.6) if muted else random.uniform(0.1, 0.35)
    period = RATE / (440 * 2 ** ((key - 69) / 12)) - damping / (1 - damping)
    sound = _string(excited, period, damping, 0.96 if muted else random.uniform(0.992, 0.999))
    sound = signal.sosfilt(signal.butter(1, 60, "highpass", fs=RATE, output="sos"), sound)
    sound *= np.minimum(1, np.arange(frames)[::-1] / (0.01 * RATE))
    return np.asarray(sound / np.abs(sound).max())


CHORDS = ((0,), (0,), (0,), (0, 7), (0, 7, 12), (0, 4, 7, 12), (0, 3, 7, 10), (0, 5, 9, 12, 16))


def played(seconds: float, random: np.random.Generator) -> Signal:
    """Return single notes and chords, soft and loud, short and long, with pauses."""
    frames = round(seconds * RATE)
    out, now = np.zeros(frames + 4 * RATE), 0.0
    while now < seconds:
        step = random.choice([0.12, 0.25, 0.25, 0.5, 0.5, 1.0, 1.5])
        root, chord = random.integers(40, 77), CHORDS[random.integers(len(CHORDS))]
        level, muted = 10 ** (random.uniform(-30, -2) / 20), random.uniform() < 0.25
        held = step if random.uniform() < 0.5 else min(2 * step, 2.5)
        for number, interval in enumerate(chord):
            note = pluck(root + interval, held + 0.05, random, muted)
            first = round((now + 0.012 * number) * RATE)
            out[first : first + len(note)] += level * note / np.sqrt(len(chord))
        now += step if random.uniform() < 0.92 else step + 0.4
    return np.clip(out[:frames], -0.98, 0.98)


def sweep(level_db: float, seconds: float) -> Signal:
    """Return a sine that rises from 20 Hz to 20 kHz."""
    time = np.arange(round(seconds * RATE)) / RATE
    sound = signal.chirp(time, 20, seconds, 20_000, "logarithmic")
    ends = np.minimum(1, np.minimum(time, time[::-1]) / 0.01)
    return np.asarray(10 ** (level_db / 20) * sound * ends)


def bursts(random: np.random.Generator) -> Signal:
    """Return bursts of white and of dull noise, from soft to loud."""
    parts = []
    dull = signal.butter(1, 400, fs=RATE, output="sos")
    for level_db in (-40, -30, -24, -18, -12, -6):
        for filtered in (False, True):
            noise = random.normal(size=round(0.25 * RATE))
            noise = signal.sosfilt(dull, noise) if filtered else noise
            parts += [10 ** (level_db / 20) * noise / np.abs(noise).max(), np.zeros(RATE // 8)]
    return np.concatenate(parts)


def dry_signal() -> Signal:
    """Return the whole dry recording."""
    random = np.random.default_rng(SEED)
    begin = [np.zeros(RATE // 2), *(sweep(level, 2.0) for level in (-36, -24, -12, -3))]
    tests = np.concatenate([*begin, bursts(random), np.zeros(RATE)])
    left = SECONDS - HELD_OUT_SECONDS - len(tests) / RATE
    return np.concatenate([tests, played(left, random), played(HELD_OUT_SECONDS, random)])


# -------------------------------------------------------------------------------- the effects


def _band() -> Signal:
    """Return the low-pass filter around every oversampled effect; it is causal."""
    return np.asarray(signal.ellip(10, 0.05, 100, 20_000, fs=FAST, output="sos"))


def oversampled(effect: Callable[[Signal], Signal], dry: Signal) -> Signal:
    """Return an effect that is computed at the high rate."""
    spaced = np.zeros(len(dry) * OVER)
    spaced[::OVER] = OVER * dry
    return np.asarray(signal.sosfilt(_band(), effect(signal.sosfilt(_band(), spaced)))[::OVER])


def _filtered(sound: Signal, order: int, hertz: float, kind: str) -> Signal:
    sos = signal.butter(order, hertz, kind, fs=FAST, output="sos")
    return np.asarray(signal.sosfilt(sos, sound))


def _triode() -> tuple[Signal, Signal]:
    """Return a table of a 12AX7 stage: voltages at the grid, and the plate's change in volts.

    N. Koren, "Improved vacuum tube models for SPICE simulations", 1996; 250 V through 100 kΩ, a
    bias of -1.2 V. Each entry is where the tube's curve meets the load's line.
    """
    mu, ex, kg, kp, kvb, supply, load, bias = 100.0, 1.4, 1060.0, 600.0, 300.0, 250.0, 1e5, -1.2
    grid = np.linspace(-8, 4, 4001)
    low, high = np.zeros_like(grid), np.full_like(grid, supply)
    for _ in range(60):
        plate = (low + high) / 2
        inner = kp * (1 / mu + (grid + bias) / np.sqrt(kvb + plate**2))
        e1 = plate / kp * np.logaddexp(0, inner)
        over = 2 * e1**ex / kg > (supply - plate) / load  # the tube would draw more: lower
        low, high = np.where(over, low, plate), np.where(over, plate, high)
    return grid, plate - np.interp(0.0, grid, plate)


@njit(cache=True)
def _grid(sound: Signal, charge: float, discharge: float) -> Signal:
    """Return the voltage at a grid that conducts above 1 V and so charges its capacitor."""
    out, held = np.zeros_like(sound), 0.0
    for n in range(len(sound)):
        voltage = sound[n] - held
        if voltage > 1.0:
            excess = voltage - 1.0
            held += charge * excess
            voltage = 1.0 + 0.3 * excess
        held -= discharge * held
        out[n] = voltage
    return out


def tube(fast: Signal) -> Signal:
    """Return two triode stages in a row, the second one driven until its grid conducts."""
    table = _triode()
    charge, discharge = 1 / (0.002 * FAST), 1 / (0.02 * FAST)
    first = np.interp(1.5 * _filtered(fast, 1, 40, "highpass"), *table)
    between = _filtered(_filtered(first, 1, 80, "highpass"), 1, 9000, "lowpass") * 0.12
    second = np.interp(_grid(between, charge, discharge), *table)
    return _filtered(_filtered(second, 1, 30, "highpass"), 2, 7000, "lowpass") / 180


@njit(cache=True)
def _magnetised(field: Signal, most: float, shape: float, width: float, share: float) -> Signal:
    """Return the magnetisation that follows a field: D. Jiles and D. Atherton, 1986.

    The form of J. Chowdhury, "Real-time physical modelling for analog tape machines", 2019; the
    change of a step is taken in its middle.
    """
    coupling = 1.6e-3
    out, m, before = np.zeros_like(field), 0.0, 0.0
    for n in range(len(field)):
        rise = field[n] - before
        half = m
        for _ in range(2):
            q = (before + 0.5 * rise + coupling * half) / shape
            if abs(q) < 1e-3:
                langevin, slope = q / 3, 1 / 3
            else:
                tanh = np.tanh(q)
                langevin, slope = 1 / tanh - 1 / q, 1 / q**2 - 1 / tanh**2 + 1
            gap = most * langevin - half
            turn = 1.0 if rise >= 0 else -1.0
            moves = 1.0 if gap * turn > 0 else 0.0
            free = share * most / shape * slope
            pinned = (1 - share) * moves * gap / (turn * (1 - share) * width - coupling * gap)
            change = (pinned + free) / (1 - coupling * free) * rise
            half = m + 0.5 * change
        m += change
        before = field[n]
        out[n] = m
    return out


def tape(fast: Signal) -> Signal:
    """Return a saturated tape: hysteresis, then what a head loses of the high frequencies."""
    pushed = _filtered(fast, 1, 2500, "highpass") * 0.6 + fast  # recording emphasis
    most, shape = 1.25, 1.25 / 3.0
    held = _magnetised(2.0 * pushed, most, shape, 0.48, 0.6)
    dull = held - 0.35 * _filtered(held, 1, 3500, "highpass")
    bump = signal.iirpeak(75, 1.2, fs=FAST)
    sound = dull + 0.35 * signal.lfilter(*bump, dull)
    return _filtered(_filtered(sound, 1, 25, "highpass"), 1, 16_000, "lowpass") * 0.55


MODES = (  # of a closed box with a 12 inch loudspeaker: Hz, quality, level in dB
    (105, 1.6, 2), (210, 2.5, -6), (420, 3, -9), (820, 4, -8), (1450, 4, -4), (2350, 3.5, 0),
    (3100, 5, -1), (3900, 6, -4), (4700, 7, -9),
)  # fmt: skip


def speaker(fast: Signal) -> Signal:
    """Return a loudspeaker in a box: its cone's limits, then the resonances of cone and box."""
    excursion = _filtered(fast, 2, 180, "lowpass")
    driven = fast - 0.35 * (excursion - np.tanh(1.6 * excursion) / 1.6) * 2
    sound = np.zeros_like(driven)
    for hertz, quality, level_db in MODES:
        b, a = signal.iirpeak(hertz, quality, fs=FAST)
        sound += 10 ** (level_db / 20) * signal.lfilter(b, a, driven)
    wall = np.zeros_like(sound)
    wall[round(0.0011 * FAST) :] = 0.3 * sound[: -round(0.0011 * FAST)]  # off the floor
    return _filtered(_filtered(sound + wall, 2, 70, "highpass"), 4, 5200, "lowpass") * 0.5


def fuzz(fast: Signal) -> Signal:
    """Return two clipping stages, the second one biased off its middle, as in an old fuzz."""
    first = np.tanh(14 * _filtered(fast, 1, 90, "highpass"))
    bright = _filtered(first, 1, 6000, "lowpass")
    pushed = 5 * _filtered(bright, 1, 60, "highpass") + 0.6
    shaped = np.where(pushed > 0, np.tanh(pushed), np.tanh(0.45 * pushed) / 0.75)
    scooped = shaped - 0.5 * signal.lfilter(*signal.iirpeak(750, 0.8, fs=FAST), shaped)
    return _filtered(_filtered(scooped, 1, 50, "highpass"), 2, 6500, "lowpass") * 0.4


EFFECTS = {"tube": tube, "tape": tape, "speaker": speaker, "fuzz": fuzz}


def main(folder: Path) -> None:
    """Write all recordings into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    dry = dry_signal()
    soundfile.write(folder / "dry.wav", dry, RATE, "PCM_24")
    for name, effect in EFFECTS.items():
        wet = oversampled(effect, dry)
        peak, level = np.abs(wet).max(), np.sqrt(np.mean(wet**2))
        print(f"{name}: peak {20 * np.log10(peak):.1f} dB, RMS {20 * np.log10(level):.1f} dB")
        if peak > 1:
            raise SystemExit(f"{name} would clip")
        soundfile.write(folder / f"{name}.wav", wet, RATE, "PCM_24")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
