"""Other cores take parts of a block, each once; who comes late is not waited for."""

import threading

import pytest

from rtaudiogen import crew as module
from rtaudiogen.crew import Crew, the_crew

PATIENCE_SECONDS = 60.0


@pytest.fixture(scope="module")
def crew():
    return Crew(3)


@pytest.mark.parametrize("parts", [1, 2, 3, 4, 5, 64])
@pytest.mark.parametrize("helpers", [0, 1, 3, 9])
def test_every_part_is_done_once(crew, parts, helpers):
    done = []
    crew.share(lambda part, hand: done.append(part), parts, helpers)
    assert sorted(done) == list(range(parts))


def test_parts_are_done_at_the_same_time_by_different_hands(crew):
    together = threading.Barrier(4, timeout=PATIENCE_SECONDS)
    hands = []

    def work(part, hand):
        together.wait()  # nobody gets past it alone
        hands.append((hand, threading.current_thread().name))

    crew.share(work, 4, 3)
    assert sorted(hands) == [(0, "MainThread"), (1, "crew 1"), (2, "crew 2"), (3, "crew 3")]


def test_a_helper_that_comes_too_late_is_not_waited_for():
    crew, busy, begun = Crew(1), threading.Event(), threading.Event()

    def keep_busy(part, hand):
        if hand == 1:
            begun.set()
            assert busy.wait(PATIENCE_SECONDS)
        else:
            assert begun.wait(PATIENCE_SECONDS)  # the other part is the helper's

    elsewhere = threading.Thread(target=crew.share, args=(keep_busy, 2, 1))
    elsewhere.start()
    assert begun.wait(PATIENCE_SECONDS)
    hands = []
    crew.share(lambda part, hand: hands.append(hand), 5, 1)
    assert hands == [0] * 5
    busy.set()
    elsewhere.join(PATIENCE_SECONDS)
    assert not elsewhere.is_alive()


def test_what_a_part_raises_is_raised_when_all_are_done(crew):
    done = []

    def work(part, hand):
        if part == 1:
            raise ValueError("part 1")
        done.append(part)

    with pytest.raises(ValueError, match="part 1"):
        crew.share(work, 6, 3)
    assert sorted(done) == [0, 2, 3, 4, 5]
    crew.share(work, 1, 3)  # and it goes on
    assert sorted(done) == [0, 0, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("cores", "helpers", "urgent"), [(1, 0, False), (2, 1, False), (3, 1, True), (16, 14, True)]
)
def test_a_core_is_left_for_everybody_else(monkeypatch, cores, helpers, urgent):
    made = []
    monkeypatch.setattr(module, "_cores", lambda: cores)
    monkeypatch.setattr(module, "Crew", lambda *arguments, **named: made.append((arguments, named)))
    the_crew.__wrapped__()
    assert made == [((helpers,), {"urgent": urgent})]


def test_a_process_has_one():
    assert the_crew() is the_crew()
