"""Colours of codes, distinguishable on a dark and on a light ground."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QWidget

from ...shell.theme import WELL, colour
from ..painting import decibels

GOLDEN = 0.6180339887498949  # a turn of the hue circle that never brings hues close together
QUIETEST_DB = -54.0
FAINTEST = 0.22  # share of a code's colour in silence
ON_DARK, ON_LIGHT = (0.62, 1.0), (0.9, 0.72)  # saturation and value

Codes = NDArray[np.int64]  # (code frames, stages)


def ground(widget: QWidget) -> QColor:
    """Return the colour behind the codes."""
    return colour(widget, WELL)


def rgb(codes: Codes, well: QColor) -> NDArray[np.float64]:
    """Return colours (…, 3) of 0 … 1 for codes (…); successive codes differ by a golden turn in
    hue.
    """
    saturation, value = ON_LIGHT if well.lightnessF() > 0.5 else ON_DARK
    hue = (np.asarray(codes, np.float64) * GOLDEN % 1.0)[..., None]
    sector = np.abs((hue * 6.0 + np.array([0.0, 4.0, 2.0])) % 6.0 - 3.0) - 1.0
    pure: NDArray[np.float64] = np.clip(sector, 0.0, 1.0)
    return value * (1.0 - saturation * (1.0 - pure))


def picture(codes: Codes, levels: NDArray[np.float32], well: QColor) -> QImage:
    """Return an image of one pixel per code: a row a stage, the first on top; quiet codes fade.

    `levels` (code frames,) are amplitudes; missing ones count as loud.
    """
    frames, stages = codes.shape
    strength = np.ones(frames)
    loud = decibels(levels[:frames])
    strength[: len(loud)] = np.clip(1.0 - loud / QUIETEST_DB, 0.0, 1.0)
    strength = FAINTEST + (1.0 - FAINTEST) * strength
    base = np.array([well.redF(), well.greenF(), well.blueF()])
    mixed = base + (rgb(codes, well) - base) * strength[:, None, None]
    pixels = np.full((stages, frames, 4), 255, np.uint8)
    pixels[..., 2::-1] = np.round(255 * mixed.transpose(1, 0, 2))
    image = QImage(pixels.tobytes(), frames, stages, 4 * frames, QImage.Format.Format_RGB32)
    return image.copy()  # owns its pixels
