"""File names are valid on every system, and differ for different texts."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtaudiogen.storage.file_names import (
    LONGEST_BYTES,
    folded,
    problem_of,
    safe_name,
    temporary_name,
    unique_name,
)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("kick", "kick"),
        ("Hat (open)", "Hat (open)"),
        ("Hat [open]", "Hat [open]"),
        ("hat/open", "hat_open"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("CON", "_CON"),
        ("nul.wav", "_nul.wav"),
        ("console", "console"),
        ("tom...", "tom"),
        ("  tom  ", "tom"),
        ("-rf", "rf"),
        ("...", "_"),
        ("", "_"),
        ("a\x00b\nc", "a_b_c"),
        ("👨‍👩‍👧 🥁", "👨‍👩‍👧 🥁"),
        ("Bécken", "Bécken"),
        ("\udcff", "_"),
    ],
)
def test_a_text_becomes_a_name_that_says_the_same(text: str, name: str) -> None:
    assert safe_name(text) == name


@given(st.text())
def test_any_text_becomes_a_possible_name(text: str) -> None:
    assert problem_of(safe_name(text)) == ""


@given(st.lists(st.text(alphabet="aA/:[]é\u0301e .-🥁", max_size=4), unique=True))
def test_no_two_texts_share_a_name(texts: list[str]) -> None:
    taken: dict[str, str] = {}
    names = [folded(unique_name(text, taken)) for text in texts]
    assert len(set(names)) == len(texts)
    assert names == [folded(unique_name(text, taken)) for text in texts]


def test_a_long_name_is_cut_and_stays_one_of_its_own(tmp_path: Path) -> None:
    taken: dict[str, str] = {}
    first, second = unique_name("🥁" * 300, taken), unique_name("🥁" * 301, taken)
    assert first != second
    for name in (first, second):
        assert len(name.encode()) <= LONGEST_BYTES
        (tmp_path / temporary_name(f"{name * 2}.wav")).touch()


def test_a_temporary_name_is_short_even_if_the_name_is_no_text() -> None:
    assert len(os.fsencode(temporary_name(os.fsdecode(b"\xff" * 250)))) < 160
