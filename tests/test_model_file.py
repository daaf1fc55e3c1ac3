"""Foreign model files are refused in one line, in bounded time and memory."""

import json
import os
import struct
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rtaudiogen import registry
from rtaudiogen.errors import RtAudioGenError
from rtaudiogen.model_file import ModelHeader, read_header, write_model
from rtaudiogen.models.wavenet.config import WaveNetConfig
from rtaudiogen.models.wavenet.shapes import shapes
from rtaudiogen.storage import folders

ONE = {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}
SMALL = WaveNetConfig(residual=16, skip=16, output=16, dilations=(1, 2))
FACTS = {"family": "wavenet", "name": "x", "config": {}}


def raw(header: bytes, length: int | None = None) -> bytes:
    """Return a file of one tensor of four bytes with this header."""
    return struct.pack("<Q", len(header) if length is None else length) + header + bytes(4)


def of(header: Any) -> bytes:
    return raw(json.dumps(header).encode())


def described(facts: Any) -> bytes:
    return of({"__metadata__": {"rtaudiogen": json.dumps(facts)}, "w": ONE})


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        (b"", "it is empty"),
        (b"seven..", "does not begin with a header"),
        (b"hello there, this is text\n", "does not begin with a header"),
        (b"version https://git-lfs.github.com/spec/v1\n", "Git LFS"),
        (raw(b"{}", 10 << 30), "does not begin with a header"),
        (raw(b"{}", 100), "truncated or damaged"),
        (raw(b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}"), "nested too deeply"),
        (raw(b'{"a":' + b"[" * 30 + b"]" * 30 + b"}"), "nested too deeply"),
        (raw(b'{"w":' + json.dumps(ONE).encode() + b',"w":{}}'), "'w' occurs twice"),
        (raw(b'{"\xff": 1}'), "not text in UTF-8"),
        (raw(b"[1]"), "its header is not an object"),
        (raw(b'{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,NaN]}}'), "NaN is not a number"),
        (raw(b'{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,1e999]}}'), "too large"),
        (raw(b'{"w":{"shape":[' + b"9" * 3000 + b"]}}"), "too long a number"),
        (of({"__metadata__": ["a"], "w": ONE}), "metadata are not texts"),
        (of({"__metadata__": {"rtaudiogen": 5}, "w": ONE}), "metadata are not texts"),
        (of({"w": 5}), "needs dtype, shape and data_offsets"),
        (of({"w": {**ONE, "dtype": "Q7"}}), "unknown kind"),
        (of({"w": {**ONE, "dtype": ["F32"]}}), "unknown kind"),
        (of({"w": {**ONE, "shape": [-1]}}), "impossible shape"),
        (of({"w": {**ONE, "shape": [True]}}), "impossible shape"),
        (of({"w": {**ONE, "shape": [1 << 40, 1 << 40]}}), "impossible shape"),
        (of({"w": {**ONE, "data_offsets": ["0", "4"]}}), "impossible offsets"),
        (of({"w": {**ONE, "data_offsets": [0]}}), "impossible offsets"),
        (of({"w": {**ONE, "data_offsets": [4, 0]}}), "does not match its shape"),
        (of({"v": ONE, "w": ONE}), "overlaps another"),
        (of({"w": {**ONE, "data_offsets": [4, 8]}}), "leaves a gap"),
        (of({"w": ONE}), "not an rtaudiogen model"),
        (described([1]), "it is not an object"),
        (described({"family": "wavenet", "name": "x"}), "'config' is missing"),
        (described({**FACTS, "family": ["wavenet"]}), "'family' is not a text"),
        (described({**FACTS, "name": "x" * 100_000}), "'name' must be a name"),
        (described({**FACTS, "name": "x\x1b[31m"}), "'name' must be a name"),
        (described({**FACTS, "licence": "\ud800"}), "half a character"),
        (described({**FACTS, "config": [1]}), "'config' is not an object"),
        (described({**FACTS, "training": "long"}), "'training' is not an object"),
        (described({**FACTS, "format": True}), "'format' is not a whole number"),
        (described({**FACTS, "format": 99}), "model format 99"),
        (described({**FACTS, "colour": "red"}), "unknown entry 'colour'"),
    ],
)
def test_a_bad_header_is_refused_in_one_short_line(
    tmp_path: Path, payload: bytes, words: str
) -> None:
    path = tmp_path / "bad.safetensors"
    path.write_bytes(payload)
    with pytest.raises(RtAudioGenError, match=r"bad\.safetensors") as refusal:
        read_header(path)
    assert words in str(refusal.value)
    assert "\n" not in str(refusal.value)
    assert len(str(refusal.value)) < 300 + len(str(path))


def test_a_header_of_many_small_things_costs_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "wide.safetensors"
    path.write_bytes(raw(b'{"a":[' + b"{}," * 2_000_000 + b"1]}"))
    tracemalloc.start()
    with pytest.raises(RtAudioGenError, match="more entries"):
        read_header(path)
    assert tracemalloc.get_traced_memory()[1] < 4 * path.stat().st_size
    tracemalloc.stop()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"residual": 10**12}, "expected 0 … 1048576"),
        ({"residual": 17}, "expected a multiple of 16"),
        ({"residual": "many"}, "expected int"),
        ({"residual": True}, "expected int"),
        ({"residual": 16.5}, "expected int"),
        ({"dilations": 5}, "not a list"),
        ({"dilations": [1 << 20] * 1000}, "reach farther into the past"),
        ({"dilations": []}, "at least 1"),
        ({"instruments": [5]}, "expected str"),
        ({"instruments": ["a\n"]}, "not a printable name"),
        ({"instruments": []}, "expected an instrument"),
        ({"preemphasis": 2}, "below 1"),
        ({"sample_rate": 0}, "expected 1000"),
        ({"skip": 32}, "should be (32, 32)"),
        ({"depth": 3}, "unknown entry 'depth'"),
    ],
)
def test_an_impossible_configuration_is_refused_before_loading(
    tmp_path: Path, change: dict[str, Any], words: str
) -> None:
    path = tmp_path / "odd.safetensors"
    write(path, config=SMALL.to_json() | change)
    with pytest.raises(RtAudioGenError, match=r"odd\.safetensors") as refusal:
        registry.describe(path)
    assert words in str(refusal.value)


def write(path: Path, kind: type = np.float32, config: dict[str, Any] | None = None) -> None:
    """Write a model that can be listed if its configuration and number type are valid."""
    tensors = {name: np.zeros(shape, kind) for name, shape in shapes(SMALL).items()}
    write_model(path, ModelHeader("wavenet", path.stem, config or SMALL.to_json()), tensors)


def test_weights_of_another_kind_are_refused(tmp_path: Path) -> None:
    write(tmp_path / "whole.safetensors", np.int32)
    with pytest.raises(RtAudioGenError, match="holds I32 values, expected F32 or F16"):
        registry.describe(tmp_path / "whole.safetensors")


def dangling(path: Path) -> None:
    path.symlink_to("nowhere")


def endless(path: Path) -> None:
    path.symlink_to("/dev/zero")


@pytest.mark.skipif(os.name != "posix", reason="needs pipes and devices")
@pytest.mark.parametrize(
    ("make", "words"),
    [
        (os.mkfifo, "it is a pipe"),
        (Path.mkdir, "it is a folder"),
        (dangling, "a link to a missing file"),
        (endless, "it is a device"),
    ],
)
def test_a_model_path_that_is_no_file_is_listed_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make: Callable[[Path], None], words: str
) -> None:
    monkeypatch.setenv(folders.HOME_VARIABLE, str(tmp_path))
    folders.models().mkdir()
    write(folders.models() / "good.safetensors")
    make(folders.models() / "odd.safetensors")
    listing = registry.listing()
    assert "good" in listing.models
    (problem,) = listing.problems
    assert words in problem


@pytest.mark.skipif(os.name != "posix", reason="needs file names that are bytes")
def test_a_file_whose_name_is_no_text_is_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(folders.HOME_VARIABLE, str(tmp_path))
    folders.models().mkdir()
    (folders.models() / os.fsdecode(b"\xff\xfe.safetensors")).write_bytes(b"junk")
    (problem,) = registry.listing().problems
    assert "does not begin with a header" in problem
