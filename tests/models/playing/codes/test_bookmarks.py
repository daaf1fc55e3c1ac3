"""Bookmarks save the live arrays and restore them."""

import numpy as np

from rtaudiogen.models.playing.codes.bookmarks import Bookmarks

NONE = {"bookmark": 0.0, "bookmark_mode": 0.0}


def test_an_empty_bookmark_keeps_and_a_full_one_recalls() -> None:
    live = {"hidden": np.full(3, 1.0), "place": np.full(1, 7)}
    bookmarks = Bookmarks(live)
    bookmarks.read({"bookmark": 2.0, "bookmark_mode": 0.0})
    live["hidden"][:], live["place"][:] = 5.0, 9
    bookmarks.read({"bookmark": 2.0, "bookmark_mode": 0.0})  # it has not been turned
    assert live["hidden"][0] == 5.0
    bookmarks.read(NONE)
    bookmarks.read({"bookmark": 2.0, "bookmark_mode": 0.0})
    assert (live["hidden"][0], live["place"][0]) == (1.0, 7)


def test_a_bookmark_beyond_the_last_is_the_last() -> None:
    live = {"hidden": np.full(1, 1.0)}
    bookmarks = Bookmarks(live)
    bookmarks.read({"bookmark": 99.0, "bookmark_mode": 0.0})
    assert bookmarks.own()["kept"][-1] == 1


def test_a_bookmark_is_overwritten_in_the_keeping_mode() -> None:
    live = {"hidden": np.full(1, 1.0)}
    bookmarks = Bookmarks(live)
    for value in (1.0, 2.0):
        live["hidden"][:] = value
        bookmarks.read({"bookmark": 1.0, "bookmark_mode": 1.0})
        bookmarks.read(NONE)
    assert bookmarks.own()["kept_hidden"][0] == 2.0
