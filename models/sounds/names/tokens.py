"""Tokens of a file name: notes, numbers and their meaning, dynamics, words."""

import itertools
import re
from collections.abc import Callable, Iterable
from typing import Literal, NamedTuple

from .spelling import Convention, is_german, note_at
from .words import (
    BEHIND_MODEL,
    COUNTED,
    DATE,
    DYNAMICS,
    ITALIAN,
    LETTERED,
    MACHINES,
    MODEL_NUMBER,
    MODELS,
    SLIDES,
    UNIT,
)

Kind = Literal[
    "note", "midi", "number", "triple", "velocity", "layer", "dynamic", "counter", "word"
]
_AND = frozenset("&+")
_TO = frozenset(("-", "to", "..", "_to_", "-to-", " to ", " - "))  # between ends of a range
LONGEST = 255  # characters that are read


class Token(NamedTuple):
    """A part of a name."""

    kind: Kind
    text: str
    start: int
    end: int
    value: int = 0  # MIDI note number of notes (C4 = 60), else the number or the step
    sure: bool = True  # False: counts only if other names agree
    second: int = 0  # velocity of a triple


_MIDI = re.compile(
    r"(?:(?:midi|note|pitch|key|root|rootkey|keynum|notenum|nn|kn)"
    r"(?:[ _-]?(?:note|key|number|num|nr))?"
    r"[ _-]?(?P<long>\d{1,3})|[mnpk]_?(?P<short>\d{2,3})|\[(?P<box>\d{1,3})\])(?!\d)",
    re.IGNORECASE,
)
_VELOCITY = re.compile(
    r"(?:velocity|vel|v)[ _-]?(?P<low>\d{1,3})(?:-(?P<high>\d{3}|\d{2}(?=$|[_ )\]]))"
    r"(?![-_ ][A-Ga-g][#b]?-?\d))?(?![^\W_])"
    r"|v(?P<joined>\d{1,3})(?=[A-Za-z])",
    re.IGNORECASE,
)
_BEHIND_KEY = re.compile(r"(?:v|V|vel)_?\d|[A-Z][a-z]")
_LAYER = re.compile(
    r"(?:vl|dyn|dynamic|lay|layer|lyr|vlayer|vellayer|velocity[ _-]?layer|vel[ _-]?layer|l)"
    r"(?P<number>\d{1,2})(?![^\W_])|(?:dyn|dynamic|layer|lyr)[ _-](?P<apart>\d{1,2})(?![^\W_])",
    re.IGNORECASE,
)
_COUNTER = re.compile(
    r"(?:rr|round[ _-]?robin|robin|seq|take|tk|alt|var|variation|version|ver|rep|r)[ _-]?\d+"
    r"(?![^\W_])|\(\d+\)(?![^\W_])",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    r"\d{1,3}(?![^\W_])|\d{2,3}(?=v(?:el)?_?\d|[A-H][#♯♭sb]?-?\d(?!\d))|\d{3}(?=[a-h][#♯♭sb]?\d(?!\d))"
)
_PLAIN_NOTE = re.compile(r".*[^ _.-]-?\d[#♯]?$|.*[',]$|[A-Ha-h][^\W_]*$")
_BEHIND_ID = re.compile(r"\d{4,}[ _.-]$")
_TRIPLE = re.compile(r"(\d{3})-(\d{3})-(\d{3})(?![^\W_])")
_WORD = re.compile(r"[A-G][#♯](?![^\W_])|[^\W_]+?(?=$|[\W_]|(?<=[a-zß-ÿ])[A-Z])")
_DYNAMIC = re.compile(
    "(?:" + "|".join(re.escape(mark).replace(r"\-", "[ _-]?") for mark in sorted(
        DYNAMICS, key=len, reverse=True)) + r")(?![^\W_])", re.IGNORECASE)  # fmt: skip
_BEHIND_NOTE = re.compile(
    r"$|[\W_]|[A-Z][a-zß-ÿ]|[LRMS](?![^\W_])|[a-d](?![^\W_])|(?:vel|[vV]|rr)_?\d"
    r"|(?:p{1,3}|f{1,3}|mp|mf)(?![^\W_])",
)


def tokens_of(text: str, convention: Convention) -> list[Token]:
    """Return the tokens of a normalised name, without the notes of ranges and chords."""
    text = text[:LONGEST]
    tokens: list[Token] = []
    position = 0
    while position < len(text):
        if not text[position].isalnum() and text[position] not in "([":
            position += 1
            continue
        token = _token_at(text, position, convention, tokens)
        if token is not None:
            tokens.append(token)
        position = token.end if token is not None else position + 1
    return _without_ranges(_without_models(tokens), text)


def convention_of(texts: Iterable[str]) -> Convention:
    """Return the spelling of notes in the normalised names of a folder."""
    texts = [text[:LONGEST] for text in texts]
    italian = any(ITALIAN.search(text) for text in texts)
    first = _spelling_of(texts, Convention(italian=italian))
    return _spelling_of(texts, first) if first.primes else first


def _spelling_of(texts: Iterable[str], known: Convention) -> Convention:
    german = english = sharp_s = primes = dashes = False
    for text in texts:
        for token in tokens_of(text, known):
            if token.kind != "note":
                continue
            spelled = token.text.lower()
            german = german or is_german(text, token.start)
            english = english or bool(re.match(r"b[b#♭♯]", spelled))
            sharp_s = sharp_s or bool(re.match(r"[cdfg]s-?\d", spelled))
            primes = primes or "'" in spelled
            parted = token.start > 0 and text[token.start - 1] == "-"
            dashes = dashes or (not parted and bool(re.match(r"[a-g]-[3-9]", spelled)))
    return Convention(german and not english and not sharp_s, primes, dashes, known.italian)


def _token_at(text: str, start: int, convention: Convention, before: list[Token]) -> Token | None:
    for read in _READERS:
        token = read(text, start, convention, before)
        if token is not None:
            return token
    return None


Reader = Callable[[str, int, Convention, list[Token]], Token | None]


def _fixed(pattern: re.Pattern[str], kind: Kind) -> Reader:
    """Return a reader of a pattern without a number."""

    def read(text: str, start: int, _: Convention, __: list[Token]) -> Token | None:
        found = pattern.match(text, start)
        return Token(kind, found[0], start, found.end()) if found else None

    return read


def _triple(text: str, start: int, _: Convention, __: list[Token]) -> Token | None:
    found = _TRIPLE.match(text, start)
    if not found or int(found[2]) > 127 or not 1 <= int(found[3]) <= 127:
        return None
    return Token("triple", found[0], start, found.end(), int(found[2]), second=int(found[3]))


def _note(text: str, start: int, convention: Convention, before: list[Token]) -> Token | None:
    note = note_at(text, start, convention)
    if note is None or not _BEHIND_NOTE.match(text, note.end):
        return None
    spelled = text[start : note.end]
    apart = spelled[-2:-1] in set(" _.-")
    if apart and _BEHIND_ID.search(text, 0, start):
        return None  # 1-100032-A-0
    sure = note.sure
    if before and before[-1].text.lower() in LETTERED and apart:
        sure = False  # Take A 3
    return Token("note", spelled, start, note.end, note.pitch, sure)


def _midi(text: str, start: int, _: Convention, before: list[Token]) -> Token | None:
    found = _MIDI.match(text, start)
    if not found or not _ends(text, found.end()):
        return None
    digits = found["long"] or found["short"] or found["box"]
    return Token("midi", found[0], start, found.end(), int(digits), int(digits) <= 127)


def _velocity(text: str, start: int, _: Convention, __: list[Token]) -> Token | None:
    found = _VELOCITY.match(text, start)
    if not found:
        return None
    low = int(found["low"] or found["joined"])
    high = int(found["high"] or 0)
    return Token("velocity", found[0], start, found.end(), high if high > low else low)


def _layer(text: str, start: int, _: Convention, __: list[Token]) -> Token | None:
    found = _LAYER.match(text, start)
    if not found:
        return None
    return Token("layer", found[0], start, found.end(), int(found["number"] or found["apart"]))


def _dynamic(text: str, start: int, convention: Convention, before: list[Token]) -> Token | None:
    found = _DYNAMIC.match(text, start)
    if not found:
        return None
    mark = re.sub("[ _]", "-", found[0].lower())
    if mark == "piano" and not (convention.italian and _is_behind_pitch(before)):
        return None
    step = DYNAMICS.get(mark, DYNAMICS.get(mark.replace("-", "")))
    if step is None:
        return None
    return Token("dynamic", found[0], start, found.end(), step)


def _number(text: str, start: int, _: Convention, before: list[Token]) -> Token | None:
    found = _NUMBER.match(text, start)
    if not found:
        return None
    counts = bool(before) and before[-1].text.lower() in COUNTED | MACHINES
    number = int(found[0])
    return Token("number", found[0], start, found.end(), number, number <= 127 and not counts)


def _word(text: str, start: int, _: Convention, __: list[Token]) -> Token | None:
    found = _WORD.match(text, start)
    return Token("word", found[0], start, found.end()) if found else None


def _is_behind_pitch(before: list[Token]) -> bool:
    return any(token.kind in ("note", "midi", "number") for token in before)


def _ends(text: str, position: int) -> bool:
    return not text[position : position + 1].isalnum() or bool(_BEHIND_KEY.match(text, position))


_READERS: tuple[Reader, ...] = (
    _fixed(DATE, "word"),
    _triple,
    _fixed(UNIT, "word"),
    _note,
    _midi,
    _fixed(_COUNTER, "counter"),
    _layer,
    _velocity,
    _dynamic,
    _fixed(MODEL_NUMBER, "word"),
    _number,
    _word,
)


def _without_models(tokens: list[Token]) -> list[Token]:
    """Return the tokens, with those notes marked unsure that may be something else.

    They belong to an instrument's name, or are a separate letter and number next to a plain note.
    """
    kept = list(tokens)
    notes = [token for token in tokens if token.kind == "note"]
    plain = any(_PLAIN_NOTE.match(token.text) for token in notes if token.sure)
    for place, token in enumerate(tokens):
        if token.kind != "note":
            continue
        spelled = re.sub(r"[\W_]", "", token.text.lower())
        before, behind = _text_of(tokens, place - 1), _text_of(tokens, place + 1)
        model = spelled in MODELS.get(before, ()) or behind in BEHIND_MODEL.get(spelled, ())
        chord = "chord" in (behind, _text_of(tokens, place + 2))
        if model or chord or (plain and not _PLAIN_NOTE.match(token.text)):
            kept[place] = token._replace(sure=False)
    return kept


def _text_of(tokens: list[Token], place: int) -> str:
    return tokens[place].text.lower() if 0 <= place < len(tokens) else ""


def _without_ranges(tokens: list[Token], text: str) -> list[Token]:
    """Return the tokens with the ends of ranges and the notes of chords as words."""
    tokens = [token for token in tokens if token.text.lower() not in ("to", "bis")]
    kept = list(tokens)
    slides = any(token.text.lower() in SLIDES for token in tokens)
    for place, (one, other) in enumerate(itertools.pairwise(tokens)):
        if one.kind != "note" or other.kind != "note" or not one.sure or not other.sure:
            continue
        third = tokens[place + 2] if place + 2 < len(tokens) else None
        between = text[one.end : other.start]
        chord = third is not None and third.kind == "note" and third.sure
        rises = between in _TO and other.value > one.value
        if chord or slides or rises or between.strip() in _AND:
            for index in (place, place + 1, *((place + 2,) if chord else ())):
                kept[index] = tokens[index]._replace(kind="word")
    return kept
