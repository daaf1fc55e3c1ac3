"""The arithmetic of a loop window and of the visible range."""

from hypothesis import given
from hypothesis import strategies as st

from rtaudiogen.gui.widgets.codes.window import Grip, VisibleRange, Window

frames = st.integers(1, 50_000)
shares = st.floats(0.0, 1.0)


@st.composite
def windows(draw) -> Window:
    count = draw(frames)
    first = draw(st.integers(0, count - 1))
    return Window(first, draw(st.integers(first + 1, count)), count)


@given(frames, shares, shares)
def test_any_two_shares_make_a_nonempty_window_within_bounds(count, one, other):
    window = Window.of_shares(one, other, count)
    assert 0 <= window.first < window.end <= count
    assert window == Window.of_shares(other, one, count)


@given(windows())
def test_a_window_survives_its_way_through_shares(window):
    assert Window.of_shares(*window.shares, window.frames) == window


@given(windows(), st.sampled_from(Grip), st.integers(-9, 60_000), st.integers(-9, 60_000))
def test_a_dragged_window_stays_within_the_stream(window, grip, origin, to):
    dragged = window.dragged(grip, origin, to)
    assert 0 <= dragged.first < dragged.end <= dragged.frames == window.frames
    if grip is Grip.BODY:
        assert dragged.end - dragged.first == window.end - window.first
    if grip is Grip.START:
        assert dragged.end == window.end
    if grip is Grip.END:
        assert dragged.first == window.first


def test_a_new_window_spans_from_press_to_pointer_either_way():
    whole = Window(0, 100, 100)
    assert whole.dragged(Grip.NEW, 30, 50) == Window(30, 50, 100)
    assert whole.dragged(Grip.NEW, 50, 30) == Window(30, 50, 100)
    assert whole.dragged(Grip.NEW, 100, 100) == Window(99, 100, 100)


@given(st.lists(st.tuples(st.floats(0.05, 20.0), shares, st.floats(-3, 3)), max_size=20), frames)
def test_the_visible_range_stays_within_the_stream(turns, count):
    visible = VisibleRange()
    for factor, around, spans in turns:
        visible = visible.zoomed(factor, around, count).panned(spans)
        assert -1e-9 <= visible.left <= 1.0 - visible.span + 1e-9
        assert 0.0 < visible.span <= 1.0


def test_zooming_leaves_the_place_under_the_pointer_where_it_is():
    before = VisibleRange(0.2, 0.4)
    after = before.zoomed(2.0, 0.3, 10_000)
    assert after.span == 0.2
    assert abs((0.3 - after.left) / after.span - (0.3 - before.left) / before.span) < 1e-9


def test_looking_follows_a_window_no_further_than_it_must():
    visible = VisibleRange(0.2, 0.4)
    assert visible.showing(0.3, 0.5) == visible
    assert visible.showing(0.1, 0.2).left == 0.1
    assert abs(visible.showing(0.6, 0.8).left - 0.4) < 1e-9
