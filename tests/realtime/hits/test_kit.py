"""Strikes at a slot's pads, heard through the callback."""

import numpy as np
import pytest

from rtaudiogen.events import MIDI_EVENT, SCHEDULED_PORT
from rtaudiogen.realtime.callback import layout
from rtaudiogen.realtime.callback.memory import AudioMemory
from rtaudiogen.realtime.hits.kit import REPLAY_GAIN, REPLAY_PITCH
from rtaudiogen.realtime.hits.pads import Pads
from rtaudiogen.realtime.render.preparation import on_the_cpu
from rtaudiogen.realtime.render.renderer import Renderer

from ..drums import CLOSED_HAT, LOWEST_KEY, OPEN_HAT, PADS, Drums
from ..playing import RATE, sine

NOTE_ON, NOTE_OFF, CONTROL = 0x90, 0x80, 0xB0
FADE_FRAMES = 240


class Stage:
    """A renderer with one slot of drums and the callback that plays its hits, step by step."""

    def __init__(self, plug, values=None, mix=None, drums=None, device_of=on_the_cpu):
        self.memory = AudioMemory.create(RATE, 1024)
        self.memory.ring.write(np.zeros((2**14, 2), np.float32))
        self.device = plug(self.memory)
        self.pads = Pads(self.memory, lambda frame: frame)
        self.renderer = Renderer(RATE, 1, device_of, self.pads)
        self.drums = Drums() if drums is None else drums
        values = {"level": 1.0, **(values or {})}
        self.slot = self.renderer.add(self.drums, values, mix)
        self.render()

    def render(self, frames=128):
        out = np.zeros((frames, 2), np.float32)
        self.renderer.render(out)
        return out

    @property
    def kit(self):
        kit = self.pads.kit(self.slot)
        assert kit is not None
        return kit

    def fill(self):
        """Make all missing hits, as the worker does."""
        while self.pads._worker.step():
            pass
        return self

    def play(self, *messages, frame=0):
        """Play live messages that arrive now."""
        rows = [(frame, *message, 0) for message in messages]
        self.pads.play(np.array(rows, MIDI_EVENT), lambda frame: frame)

    def hear(self, frames=4800):
        return self.device.play_blocks(96, frames // 96)

    def hit(self, pad, number=0, layer=0):
        values = self.kit.values()
        return self.drums.make(self.drums.recipe(pad, number, layer, values))


@pytest.fixture
def stage(plug):
    return Stage(plug).fill()


def key(pad):
    return LOWEST_KEY + pad


def on(pad, velocity=127, channel=1):
    return NOTE_ON | channel - 1, key(pad), velocity


def test_a_strike_sounds_at_its_frame_as_the_recipe_says(stage):
    stage.play(on(3), frame=1000)
    out = stage.hear(9600)
    assert not out[:1000].any()
    np.testing.assert_array_equal(out[1000:5800], stage.hit(3))
    assert stage.drums.played.tolist() == [0, 0, 0, 1] + [0] * 12
    assert stage.kit.counts() == (1, 0, 0, 0)


def test_every_pad_has_a_hit_as_soon_as_the_slot_is_there(plug):
    stage = Stage(plug)
    assert stage.kit.pool.fill() >= 1
    stage.play(*[on(pad) for pad in range(PADS)])
    assert stage.kit.counts() == (PADS, 0, 0, 0)
    assert stage.kit.sounding() == PADS


def test_a_strike_on_an_empty_pool_varies_the_last_hit(plug):
    stage = Stage(plug, {"level": 0.5})
    for _ in range(6):
        stage.play(on(2, 100))
        stage.hear(6000)
    assert stage.kit.counts() == (1, 0, 5, 0)
    assert stage.drums.played[2] == 1
    stage.play(on(2, 100))
    one = stage.hear(5760)[:, 0]
    stage.play(on(2, 100))
    other = stage.hear(5760)[:, 0]
    level = 0.5 * 100 / 127 * stage.hit(2)[0, 0]
    for again in (one, other):
        assert (1 - REPLAY_GAIN) * level <= again[0] <= level * 1.0001
        length = np.flatnonzero(again)[-1]
        assert 4800 / (1 + REPLAY_PITCH) - 9 <= length <= 4800 / (1 - REPLAY_PITCH)
    assert not np.array_equal(one, other)


def test_repetitions_are_the_same_in_every_run(plug):
    runs = []
    for _ in range(2):
        stage = Stage(plug)
        stage.play(on(2), on(2), on(2))
        runs.append(stage.hear())
    np.testing.assert_array_equal(*runs)


def test_a_turned_knob_is_heard_once_the_pool_is_made_again(stage):
    stage.renderer.set_parameter(stage.slot, "tune", 5.0)
    stage.render()
    stage.pads._worker.step()
    stage.play(on(9))
    assert stage.kit.counts() == (1, 1, 0, 0)
    stage.fill()
    stage.play(on(9))
    assert stage.kit.counts() == (2, 1, 0, 0)


def test_zone_channel_and_transposition_decide_what_is_struck(plug):
    mix = {"channel": 10, "low_key": 37, "high_key": 40, "transpose": -1}
    stage = Stage(plug, mix=mix).fill()
    stage.play(on(3, channel=1))
    stage.play(*[on(pad, channel=10) for pad in range(PADS)], (NOTE_OFF | 9, key(2), 0))
    assert stage.drums.played.tolist() == [1] * 4 + [0] * 12
    assert stage.kit.counts().played == 4


def test_a_key_without_a_pad_and_a_note_off_do_nothing(stage):
    stage.play((NOTE_ON, 5, 100), (NOTE_ON, key(0), 0), (NOTE_OFF, key(0), 64))
    assert stage.kit.counts() == (0, 0, 0, 0)
    stage.play(on(1))
    stage.hear(960)
    stage.play((NOTE_OFF, key(1), 64))
    assert np.abs(stage.hear(960)).max() > 0.1


def test_gain_and_pan_of_the_slot_and_velocity_reach_the_hit(plug):
    stage = Stage(plug, {"level": 0.5}, {"gain_db": -6.0206, "pan": 1.0})
    stage.play(on(4, 64))
    out = stage.hear()
    assert not out[:, 0].any()
    expected = stage.hit(4)[:, 1] * 0.5 * 64 / 127 * 0.5
    np.testing.assert_allclose(out[:, 1], expected, atol=1e-5)


def test_muting_a_slot_fades_its_hits_and_silences_new_ones(stage):
    stage.play(on(4))
    stage.hear(480)
    stage.renderer.set_mix(stage.slot, "mute", True)
    stage.render()
    stage.pads._worker.step()
    assert not stage.hear()[FADE_FRAMES:].any()
    stage.play(on(4))
    assert not stage.hear().any()


def test_another_slots_solo_silences_the_pads(stage):
    other = stage.renderer.add(sine())
    stage.renderer.set_mix(other, "solo", True)
    stage.render()
    stage.play(on(4))
    assert not stage.hear().any()


@pytest.mark.parametrize("second", [CLOSED_HAT, OPEN_HAT])
def test_a_strike_ends_its_group_from_its_own_first_frame_on(plug, second):
    stage = Stage(plug, {"length": 2000.0}).fill()
    stage.play(on(OPEN_HAT), on(1))
    stage.play(on(second), frame=1500)
    fade = np.ones((4800, 1), np.float32)
    fade[1500:, 0] = np.maximum(0, 1 - np.arange(3300) / FADE_FRAMES)
    expected = stage.hit(OPEN_HAT)[:4800] * fade + stage.hit(1)[:4800]
    expected[1500:] += stage.hit(second, number=int(second == OPEN_HAT))[:3300]
    np.testing.assert_allclose(stage.hear(), expected, atol=1e-6)
    assert stage.kit.sounding() == 2


def test_a_hit_of_its_group_scheduled_before_ends_a_strike(plug):
    stage = Stage(plug, {"length": 2000.0, "level": 0.2}).fill()
    stage.play(on(CLOSED_HAT), frame=3000)  # from a file, a ring ahead
    stage.play(on(OPEN_HAT), frame=500)
    expected = np.zeros((4800, 2), np.float32)
    fade = np.maximum(0, 1 - np.arange(1800) / FADE_FRAMES)[:, None]
    expected[500:3000] = stage.hit(OPEN_HAT)[:2500]
    expected[3000:] = stage.hit(OPEN_HAT)[2500:4300] * fade + stage.hit(CLOSED_HAT)[:1800]
    np.testing.assert_allclose(stage.hear(), 0.2 * expected, atol=1e-6)
    assert stage.kit.sounding() == 1


@pytest.mark.parametrize("how", ["panic", "remove", "swap", "all sound off", "restart"])
def test_ending_a_slots_hits_takes_milliseconds(plug, how):
    stage = Stage(plug, {"length": 2000.0, "level": 0.2}).fill()
    kit = stage.kit
    stage.play(on(2), on(3))
    stage.hear(960)
    if how == "panic":
        stage.renderer.panic()
    elif how == "remove":
        stage.renderer.remove(stage.slot)
    elif how == "swap":
        stage.renderer.swap(stage.slot, Drums())
    elif how == "restart":
        stage.renderer.restart(stage.slot, 9)
    else:
        stage.play((CONTROL, 120, 0))
    assert kit.sounding() == 2
    assert not stage.hear(960)[FADE_FRAMES:].any()
    assert kit.sounding() == 0


def test_the_render_thread_hands_over_scheduled_notes_on_time(stage):
    stage.pads.start()
    stage.renderer.midi(700, *on(5), SCHEDULED_PORT)
    stage.renderer.midi(300, *on(6), 0)  # a live one: it has been played
    while stage.renderer.frame < 1024:
        assert not stage.render().any(), "the renderer plays no hit itself"
    stage.pads.close()  # after the last note has been struck
    out = stage.hear(9600)
    assert not out[:700].any()
    np.testing.assert_array_equal(out[700:5500], stage.hit(5))
    assert stage.drums.played.sum() == 1
    assert stage.memory.counters().hits_late == 0


def test_a_note_due_during_an_exchange_strikes_the_new_pads(stage):
    stage.renderer.midi(300, *on(5), SCHEDULED_PORT)
    stage.renderer.midi(stage.renderer.frame + 300, *on(6), SCHEDULED_PORT)
    stage.render(512)  # the slot still plays the old source
    stage.renderer.swap(stage.slot, Drums())
    stage.pads.start()
    stage.pads.close()
    assert stage.kit.maker.played.tolist() == [0] * 5 + [1, 1] + [0] * 9


def test_two_slots_of_pads_are_struck_by_one_key_and_end_apart(stage):
    other = stage.renderer.add(Drums(), {"level": 0.25, "length": 300.0}, {"transpose": 3})
    stage.render()
    stage.play(on(4))
    second = stage.pads.kit(other)
    assert (stage.kit.sounding(), second.sounding()) == (1, 1)
    stage.renderer.remove(stage.slot)
    stage.play(on(7))
    assert second.counts() == (2, 0, 0, 0)
    assert second.maker.played.tolist()[7] == second.maker.played.tolist()[10] == 1
    out = stage.hear(9600)
    values = second.values()
    number_7, number_10 = (
        0.25 * second.maker.make(second.maker.recipe(pad, 0, 0, values)) for pad in (7, 10)
    )
    np.testing.assert_allclose(
        out[FADE_FRAMES:], (number_7 + number_10)[FADE_FRAMES:9600], atol=1e-6
    )


def test_without_pads_the_renderer_plays_the_same_hit(stage):
    stage.play(on(5))
    live = stage.hear()
    renderer = Renderer(RATE, seed=1)
    renderer.add(Drums(), {"level": 1.0})
    renderer.midi(0, *on(5))
    out = np.zeros((renderer.delay_frames + 4800, 2), np.float32)
    renderer.render(out)
    np.testing.assert_array_equal(out[renderer.delay_frames :], live)


def test_a_swap_from_and_to_something_else_gives_the_notes_back(stage):
    stage.renderer.swap(stage.slot, sine())
    stage.render()
    stage.renderer.midi(stage.renderer.frame, *on(4), SCHEDULED_PORT)
    assert stage.render(2048).any()
    assert stage.pads.kit(stage.slot) is None
    stage.renderer.swap(stage.slot, Drums())
    stage.render(4096)
    stage.play(on(4))
    assert stage.hear().any()
    assert not stage.render(2048).any(), "the held note does not strike the new pads"


@pytest.mark.parametrize("method", ["make", "recipe", "strike"])
def test_a_maker_that_raises_is_given_up_and_the_thread_lives(plug, method):
    stage = Stage(plug).fill()
    stage.drums.fails = method
    stage.renderer.set_parameter(stage.slot, "tune", 3.0)
    stage.render()
    for _ in range(5):
        stage.play(on(1))
        stage.pads._worker.step()
    (message,) = stage.pads.messages()
    assert message.startswith("Slot 1 repeats its ready hits")
    assert "ValueError" in message
    if method != "strike":
        assert stage.kit.counts().played == 4
        assert stage.kit.counts().replays == 1
        assert stage.hear().any()


def test_old_pads_play_while_their_replacements_are_made(stage):
    class Patient(Drums):
        def make(self, recipe):
            stage.play(on(3))
            return super().make(recipe)

    before = stage.kit
    stage.renderer.swap(stage.slot, Patient())
    assert sum(before.counts()) == PADS
    assert stage.kit is not before


def test_a_maker_that_fails_at_once_gives_silence_and_a_message(plug):
    drums = Drums()
    drums.fails = "make"
    stage = Stage(plug, drums=drums)
    stage.play(on(1))
    assert not stage.hear().any()
    assert "out of clay" in next(stage.pads.messages())


def test_a_strike_that_finds_no_free_record_is_counted(stage):
    for _ in range(layout.HIT_COUNT + 3):
        stage.play(on(1))
    assert stage.kit.counts().refused == 3


def test_the_counted_hits_are_saved_and_go_on_after_a_resumption(plug):
    first = Stage(plug, {"level": 0.5}).fill()
    for _ in range(3):
        first.play(on(7))
    arrays, facts = first.renderer.save_state()
    drums = Drums()
    second = Stage(plug)
    pads = Pads(second.memory, lambda frame: frame)
    renderer = Renderer(RATE, pads=pads)
    renderer.load_state(arrays, facts, lambda model, sound, voices: drums)
    assert drums.played[7] == 3
    second.pads, second.renderer, second.drums = pads, renderer, drums
    second.play(on(7))
    np.testing.assert_allclose(second.hear(), 0.5 * second.hit(7, number=3), atol=1e-6)
    second.renderer.midi(renderer.frame, *on(7), 0)
    assert not second.render(1024).any()


def test_a_kits_kept_values_come_from_its_maker(stage):
    stage.play(on(0), on(0))
    assert stage.pads.kept(stage.slot) == {"kept": 2.0}
    assert stage.pads.kept(99) == {}
    stage.drums.fails = "kept"
    assert stage.pads.kept(stage.slot) == {}
    assert "forgotten" in next(stage.pads.messages())


def test_a_gain_that_is_no_number_silences_its_hit_only(stage):
    stage.drums.fails = "gain"
    stage.play(on(1))
    stage.drums.fails = ""
    stage.play(on(2))
    np.testing.assert_array_equal(stage.hear(), stage.hit(2))


def test_the_meter_shows_the_hit_and_falls(stage):
    assert stage.kit.level() == 0.0
    stage.play(on(0, 64))
    assert stage.kit.level() == pytest.approx(64 / 127 * np.abs(stage.hit(0)).max(), rel=0.1)
