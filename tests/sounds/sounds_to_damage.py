"""Small sound files of every common format, for the fuzzer to damage."""

import io

import numpy as np
import soundfile

FORMS = (
    ("WAV", "PCM_16"), ("WAV", "PCM_U8"), ("WAV", "FLOAT"), ("WAV", "DOUBLE"), ("WAV", "IMA_ADPCM"),
    ("WAVEX", "PCM_24"), ("RF64", "PCM_16"), ("AIFF", "PCM_16"), ("AIFF", "FLOAT"), ("AU", "ULAW"),
    ("CAF", "PCM_16"), ("W64", "PCM_16"), ("NIST", "PCM_16"), ("FLAC", "PCM_16"), ("OGG", "VORBIS"),
    ("OGG", "OPUS"), ("MP3", "MPEG_LAYER_III"),
)  # fmt: skip


def whole_sounds() -> list[bytes]:
    """Return a twentieth of a second of noise in every format, in stereo and mono."""
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, (800, 2))
    contents = []
    for form, subtype in FORMS:
        for signal in (noise, noise[:, 0]):
            file = io.BytesIO()
            soundfile.write(file, signal, 16000, subtype, format=form)
            contents.append(file.getvalue())
    wave = contents[0]
    return [*contents, wave[:40] + bytes(4) + wave[44:], b"BW64" + contents[12][4:]]
