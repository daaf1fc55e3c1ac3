"""Conversion of sound files to code files and back, in constant memory. Everything is [control].

The decoded sound has exactly as many frames as the encoded one, at the model's rate.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import soxr
from numpy.typing import NDArray

from .. import registry
from ..errors import RtAudioGenError, UsageError
from ..generator import Codec, Descriptor
from ..model_file import read_header as read_model_header
from ..model_file import read_tensors
from ..recorder.formats import clipping, sample_format, write_sound
from ..sounds import SoundReader, shown
from ..storage.files import appearing_whole, check_target
from .code_file import PLAIN, PREDICTED, SUFFIX, CodeHeader, CodeWriter, read_codes, read_header
from .packing import Packing, PlainPacking, PredictedPacking

Signal = NDArray[np.float32]  # (frames,)
Say = Callable[[str], None]

CHUNK_SECONDS = {False: 1.0, True: 10.0}  # by whether codes are predicted: a chunk costs 11 bytes
SHOWN_DIGITS = 12  # of a digest, as people see it


class Encoded(NamedTuple):
    """Facts of a code file that was written."""

    header: CodeHeader
    payload_bytes: int  # of codes and checksums

    @property
    def bits_per_second(self) -> float:
        """Bit rate of the codes."""
        return 8 * self.payload_bytes / self.header.seconds


def encode_file(
    source: Path,
    target: Path,
    model: Descriptor,
    stages: int | None = None,
    say: Say = print,
    overwrite: bool = True,
    predicted: bool = False,
) -> Encoded:
    """Encode any sound file into a code file that appears when it is whole; return its facts.

    Fewer `stages` than the model has save bits; `predicted` codes take as many bits as the model's
    prior finds them unlikely. `say` gets sentences about what the codes do not preserve. UsageError
    for an impossible request, RtAudioGenError, one line, for unusable sound.
    """
    if target.suffix.lower() != SUFFIX:
        raise UsageError(f"{target}: encoding writes files whose names end in {SUFFIX}")
    check_target(target, overwrite, [source])
    codec = open_codec(model)
    stages = codec.stages if stages is None else stages
    if not codec.least_stages <= stages <= codec.stages:
        some = f"{codec.least_stages} … {codec.stages}"
        raise UsageError(f"{stages} stages: '{model.id}' has {some}")
    header = CodeHeader(
        model=model.id,
        digest=digest(model),
        sample_rate=codec.sample_rate,
        hop=codec.hop,
        books=codec.books[:stages],
        chunk=max(1, round(CHUNK_SECONDS[predicted] * codec.sample_rate / codec.hop)),
        packing=PREDICTED if predicted else PLAIN,
    )
    packing = _packing(header, codec)
    if packing is None:
        raise UsageError(f"the model '{model.id}' has no prior that could predict codes")
    with appearing_whole(target, overwrite) as unfinished, unfinished.open("wb") as file:
        frames = 0
        writer = CodeWriter(file, header, packing)
        for signal in read_sound(source, codec.sample_rate, say):
            frames += len(signal)
            writer.write(codec.encode(signal)[:, : header.stages])
        padding = np.zeros(-frames % codec.hop + codec.look_ahead, np.float32)
        writer.write(codec.encode(padding)[:, : header.stages])
        return Encoded(writer.finish(frames), writer.payload_bytes)


def decode_file(
    source: Path,
    target: Path,
    model: Descriptor | None = None,
    overwrite: bool = True,
    bits: int = 0,
    say: Say = print,
) -> CodeHeader:
    """Decode a code file into a WAV or FLAC that appears when it is whole; return the header.

    Without `model`, the listed model that the file names is used. `bits` as in
    `recorder.formats.sample_format`; `say` gets a sentence about clipped values. RtAudioGenError,
    one line, for a damaged file and for another model than it was encoded with.
    """
    sample_format(target, bits)
    check_target(target, overwrite, [source])
    header, signals = decode(source, model)
    columns = (signal[:, None] for signal in signals)
    clipped = write_sound(target, columns, header.sample_rate, 1, bits, overwrite)
    if clipped:
        say(clipping(target, clipped))
    return header


def decode(source: Path, model: Descriptor | None = None) -> tuple[CodeHeader, Iterator[Signal]]:
    """Return a code file's header and an iterator over its sound at that rate; see
    `decode_file`.
    """
    header = read_header(source)
    model = model or _named_model(source, header)
    _refuse_other_model(source, header, model)
    codec = open_codec(model)
    if not _fits(header, codec):
        raise RtAudioGenError(f"{source}: damaged: its header does not fit '{model.id}'")
    packing = _packing(header, codec)
    if packing is None:
        raise RtAudioGenError(f"{source}: damaged: '{model.id}' has no prior to predict codes with")
    return header, _decoded(source, header, codec, packing)


def _packing(header: CodeHeader, codec: Codec) -> Packing | None:
    """Return the packing of a header's kind; None if the codec has no prior for it."""
    if header.packing == PLAIN:
        return PlainPacking(header.books)
    predictor = codec.predictor(header.stages)
    return PredictedPacking(predictor) if predictor else None


def _decoded(source: Path, header: CodeHeader, codec: Codec, packing: Packing) -> Iterator[Signal]:
    left = header.frames
    for codes in read_codes(source, packing):
        signal = codec.decode(codes)[:left]
        left -= len(signal)
        yield signal


def open_codec(model: Descriptor) -> Codec:
    """Return a model's codec at the start of a stream. UsageError if it has none."""
    reference = registry.family(model.family).codec
    if reference is None:
        having = [f.name for f in registry.families()[0].values() if f.codec]
        raise UsageError(
            f"the model '{model.id}' is not a codec; expected one of {' or '.join(having)}"
        )
    codec: Codec = registry.load(reference)(model)
    codec.reset()
    return codec


def digest(model: Descriptor) -> bytes:
    """Return (32,) bytes that identify the sound of a model: SHA-256 of configuration and weights.

    Other entries of a model file do not matter.
    """
    if model.path is None:
        return hashlib.sha256(f"{model.family} {model.id}".encode()).digest()
    header, tensors = read_model_header(model.path), read_tensors(model.path)
    total = hashlib.sha256(json.dumps([header.family, header.config], sort_keys=True).encode())
    for name, tensor in sorted(tensors.items()):
        total.update(f"{name} {tensor.dtype.str} {tensor.shape}".encode())
        total.update(np.ascontiguousarray(tensor).tobytes())
    return total.digest()


def read_sound(path: Path, sample_rate: int, say: Say = print) -> Iterator[Signal]:
    """Yield a file of any format, rate and number of channels as mono at `sample_rate`.

    n frames at rate r become round(n · sample_rate / r), at least one. `say` gets sentences about
    losses and repairs. RtAudioGenError, one line, for a file that is empty or not a sound.
    """
    reader = SoundReader(path)
    rate = reader.sample_rate
    if reader.channels > 1:
        say(f"{shown(path)}: {reader.channels} channels are mixed to one")
    if rate < sample_rate:
        say(f"{shown(path)}: {rate} Hz; it has no sound above {rate // 2} Hz")
    yield from _at_rate(reader.blocks(), rate, sample_rate)
    for notice in reader.notices:
        say(notice)


def _at_rate(blocks: Iterable[Signal], rate: int, wanted: int) -> Iterator[Signal]:
    if rate == wanted:
        yield from blocks
        return
    stream = soxr.ResampleStream(rate, wanted, 1, dtype="float32", quality="VHQ")
    read = given = 0
    for block in blocks:
        resampled = stream.resample_chunk(block)
        read, given = read + len(block), given + len(resampled)
        yield resampled
    rest = stream.resample_chunk(np.zeros(0, np.float32), last=True)
    missing = max(1, round(read * wanted / rate)) - given
    yield np.concatenate([rest, np.zeros(max(0, missing - len(rest)), np.float32)])[:missing]


def _named_model(source: Path, header: CodeHeader) -> Descriptor:
    known = registry.listing().models
    if header.model not in known:
        raise RtAudioGenError(
            f"{source}: needs the model '{header.model}' ({_short(header.digest)}), which is not "
            "among your models; name its file with --model"
        )
    return known[header.model]


def _refuse_other_model(source: Path, header: CodeHeader, model: Descriptor) -> None:
    given = digest(model)
    if given != header.digest:
        raise RtAudioGenError(
            f"{source}: was encoded with the model '{header.model}' ({_short(header.digest)}); "
            f"'{model.id}' ({_short(given)}) is a different model"
        )


def _short(digest: bytes) -> str:
    return f"sha256 {digest.hex()[:SHOWN_DIGITS]}…"


def _fits(header: CodeHeader, codec: Codec) -> bool:
    """Return True if the codec makes such codes; version 1 gives all stages the largest book."""
    books = codec.books[: header.stages]
    return (
        (header.sample_rate, header.hop) == (codec.sample_rate, codec.hop)
        and header.stages <= codec.stages
        and header.books in (books, (codec.codes,) * header.stages)
    )
