"""Model files of every family: what is refused, in one line that names the file."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rtaudiogen.errors import RtAudioGenError
from rtaudiogen.generator import Plays
from rtaudiogen.model_file import ModelHeader, read_header, read_tensors, write_model
from rtaudiogen.registry import create, describe

from .member import Member
from .members import MEMBERS, OWN_FILES

HOST_RATE = 48000  # Hz
MOST_TENSORS = 8  # of a file that are damaged, one after the other
Model = tuple[ModelHeader, dict[str, Any]]

FAULTS = {
    "missing": (lambda tensor: None, "no tensor"),
    "of another shape": (lambda tensor: np.stack([tensor, tensor]), "should be"),
    "not finite": (lambda tensor: np.full_like(tensor, np.nan), "not finite"),
    "whole numbers": (lambda tensor: np.zeros(tensor.shape, np.int32), "I32 values"),
}


@pytest.fixture(params=OWN_FILES)
def model(request: pytest.FixtureRequest, tmp_path: Path) -> Model:
    """Return the header and the tensors of an untrained model."""
    member, kind = request.param
    path = member.described(kind, tmp_path).path
    return read_header(path), read_tensors(path)


def damaged(tensors: dict[str, Any], optional: tuple[str, ...]) -> list[str]:
    """Return the names of tensors to damage, from all over the network."""
    names = sorted(name for name in tensors if not any(word in name for word in optional))
    return names[:: -(-len(names) // MOST_TENSORS)]


def refused(path: Path, header: ModelHeader, tensors: dict[str, Any], word: str) -> str:
    """Return why a file is refused; it is written, described and opened for that."""
    write_model(path, header, tensors)
    with pytest.raises(RtAudioGenError, match=word) as error:
        create(describe(path), HOST_RATE)
    assert "\n" not in str(error.value)
    assert str(path) in str(error.value)
    return str(error.value)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_damaged_tensor_is_refused_by_its_name(model: Model, tmp_path: Path, fault: str) -> None:
    header, tensors = model
    damage, word = FAULTS[fault]
    for name in damaged(tensors, MEMBERS[header.family].optional):
        changed = {**tensors, name: damage(tensors[name])}
        kept = {key: value for key, value in changed.items() if value is not None}
        assert name in refused(tmp_path / "damaged.safetensors", header, kept, word)


def test_a_missing_tensor_is_told_from_the_header_alone(model: Model, tmp_path: Path) -> None:
    header, tensors = model
    name = damaged(tensors, MEMBERS[header.family].optional)[-1]
    path = tmp_path / "hollow.safetensors"
    write_model(path, header, {key: value for key, value in tensors.items() if key != name})
    with pytest.raises(RtAudioGenError, match=name):
        describe(path)


def test_tensors_that_are_not_needed_do_no_harm(model: Model, tmp_path: Path) -> None:
    header, tensors = model
    path = tmp_path / "more.safetensors"
    write_model(path, header, {**tensors, "something.else": np.zeros(3, np.float32)})
    create(describe(path), HOST_RATE).prepare(64)


@pytest.mark.parametrize("member", [m for m in MEMBERS.values() if m.damaged], ids=lambda m: m.name)
def test_a_header_that_does_not_fit_is_refused(member: Member, tmp_path: Path) -> None:
    path = member.described(next(iter(member.models)), tmp_path).path
    assert path is not None
    header, tensors = read_header(path), read_tensors(path)
    for change in member.damaged:
        odd = replace(header, config={**header.config, **change})
        said = refused(tmp_path / "odd.safetensors", odd, tensors, "configuration is damaged")
        assert "depth" not in change or "depth" in said
    for foreign in (name for name in MEMBERS if name != member.name):
        write_model(path, replace(header, family=foreign), tensors)
        with pytest.raises(RtAudioGenError, match=f"family '{foreign}', not '{member.name}'"):
            member.family.describe(path)


@pytest.mark.parametrize("member", MEMBERS.values(), ids=MEMBERS)
def test_the_shipped_models_are_described(member: Member) -> None:
    for descriptor in member.family.builtin():
        assert descriptor.family == member.name
        assert descriptor.licence
        assert descriptor.plays <= set(Plays)
        for parameter in descriptor.parameters:
            if parameter.labels:
                assert len(parameter.labels) == parameter.maximum - parameter.minimum + 1


def test_a_device_that_no_family_knows_is_refused(model: Model, tmp_path: Path) -> None:
    path = tmp_path / "whole.safetensors"
    write_model(path, *model)
    with pytest.raises(RtAudioGenError, match=r"device 'abacus'.*'cpu'") as error:
        create(describe(path), HOST_RATE).prepare(64, "abacus")
    assert "\n" not in str(error.value)
