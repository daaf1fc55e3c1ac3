"""A generator's processor is lost in play: a fade, a message, and a stand-in."""

import numpy as np
import pytest

from rtaudiogen.errors import ProcessorLostError
from rtaudiogen.realtime.render.rack import Message
from rtaudiogen.realtime.render.renderer import Renderer

from ..drone import RATE, kinds, largest_step, peaks, retired, sound
from ..fragile import FRAGILE, WHY, Fragile, FragileDrums, StateIsGone, a_gpu
from ..hits.test_kit import Stage, on
from ..playing import sine

A4_ON, A4_OFF = (0x90, 69, 100), (0x80, 69, 0)


@pytest.fixture(autouse=True)
def fate(monkeypatch):
    with a_gpu(monkeypatch) as known:
        yield known


def fragile(kind=Fragile):
    return kind(FRAGILE, RATE)


def on_a_gpu(model):
    return "cuda"


def on_cuda():
    return Renderer(RATE, device_of=on_a_gpu)


def lose(renderer, fate, key=True, generator=None):
    """Play a note and lose the device; return the slot, both stretches of sound, the message."""
    slot = renderer.add(generator or fragile())
    if key:
        renderer.midi(0, *A4_ON)
    before = sound(renderer, 0.2)
    fate.calls_left["cuda"] = 10
    during = sound(renderer, 0.1)
    (message,) = renderer.messages()
    return slot, before, during, message


def stand_in(renderer, message, generator=None):
    source = renderer.stand_in(generator or fragile(), message.payload)
    assert renderer.replace(message.slot, message.payload, source)
    return source


def test_a_lost_slot_falls_silent_without_a_click_and_says_why(fate):
    renderer = on_cuda()
    slot, before, during, message = lose(renderer, fate)
    assert (message.kind, message.slot, message.text) == ("lost", slot, WHY)
    assert message.payload.generator is renderer.generator(slot)
    assert message.payload.device == "cuda"
    assert largest_step(during) < 2 * largest_step(before)
    assert peaks(during[-480:]) == [0.0, 0.0]
    sound(renderer, 0.2)
    assert kinds(renderer) == []


def test_a_cpu_stand_in_keeps_held_notes_and_turned_knobs(fate):
    renderer = on_cuda()
    slot, before, _, message = lose(renderer, fate)
    renderer.map_controller(slot, 20, "level")
    renderer.midi(renderer.frame, 0xB0, 20, 100)
    renderer.midi(renderer.frame, 0xE0, 0, 127)
    sound(renderer, 0.1)
    level = renderer.read().slots[slot].values["level"]
    generator = fragile()
    stand_in(renderer, message, generator)
    renderer.midi(renderer.frame, 0xB0, 20, 90)  # on its way to the lost one
    again = sound(renderer, 0.3)
    assert generator.device == "cpu"
    assert retired(renderer) == [message.payload.generator]
    assert largest_step(again) < 4 * largest_step(before)
    assert peaks(again[-4800:])[0] > 0.05
    slots = renderer.read().slots
    assert slots[slot].voices == 1
    assert slots[slot].bend_range == 2.0
    assert -60.0 < slots[slot].values["level"] < level
    renderer.midi(renderer.frame, 0xB0, 20, 0)
    sound(renderer, 0.1)
    assert renderer.read().slots[slot].values["level"] == -60.0


def test_keys_are_counted_while_it_is_silent(fate):
    renderer = on_cuda()
    slot, _, _, message = lose(renderer, fate)
    renderer.midi(renderer.frame, *A4_OFF)
    renderer.midi(renderer.frame, 0x90, 60, 100)
    renderer.midi(renderer.frame, 0x90, 64, 100)
    sound(renderer, 0.2)
    renderer.midi(renderer.frame, 0x80, 64, 0)
    sound(renderer, 0.2)
    assert renderer.read().slots[slot].voices == 1
    stand_in(renderer, message)
    out = sound(renderer, 0.5)[-RATE // 4 :, 0]
    crossings = np.sum(np.diff(np.signbit(out)) != 0) / 2 / 0.25
    assert crossings == pytest.approx(261.6, rel=0.05)


def test_a_slot_that_is_begun_anew_meanwhile_has_its_new_seed(fate):
    renderer = on_cuda()
    slot, _, _, message = lose(renderer, fate, key=False)
    source = renderer.stand_in(fragile(), message.payload)
    renderer.restart(slot, 77)
    sound(renderer, 0.1)
    assert renderer.replace(slot, message.payload, source)
    renderer.midi(renderer.frame + RATE // 2, *A4_ON)
    assert peaks(sound(renderer, 0.8))[0] > 0.1
    _, facts = renderer.save_state()
    assert facts["slots"][str(slot)]["sources"][0]["seed"] == 77


def test_a_slot_that_plays_something_else_by_now_is_left_alone(fate):
    renderer = on_cuda()
    slot, _, _, message = lose(renderer, fate)
    source = renderer.stand_in(fragile(), message.payload)
    renderer.swap(slot, sine())
    assert not renderer.replace(slot, message.payload, source)
    renderer.remove(slot)
    assert not renderer.replace(slot, message.payload, source)


@pytest.mark.parametrize("kind", [Fragile, StateIsGone])
def test_a_lost_slot_cannot_be_saved_until_it_plays_again(fate, kind):
    renderer = on_cuda()
    _, _, _, message = lose(renderer, fate, generator=fragile(kind))
    with pytest.raises(ProcessorLostError, match="out of memory"):
        renderer.save_state()
    renderer.request_state()
    sound(renderer, 0.1)
    assert kinds(renderer) == ["refused"]
    stand_in(renderer, message)
    sound(renderer, 0.2)
    arrays, facts = renderer.save_state()
    restored = Renderer(RATE)
    restored.load_state(arrays, facts, lambda model, name, voices: fragile())
    np.testing.assert_array_equal(sound(restored, 0.2), sound(renderer, 0.2))


def test_a_state_of_one_device_goes_on_on_another(fate):
    renderer = on_cuda()
    renderer.add(fragile())
    renderer.midi(0, *A4_ON)
    sound(renderer, 0.1)
    arrays, facts = renderer.save_state()
    restored = Renderer(RATE)
    restored.load_state(arrays, facts, lambda model, name, voices: fragile())
    np.testing.assert_array_equal(sound(restored, 0.2), sound(renderer, 0.2))
    assert fate.prepared == ["cuda", "cpu"]


def test_every_generator_is_asked_what_it_is_computed_on(fate):
    asked = []
    renderer = Renderer(RATE, 0, lambda model: asked.append(model.id) or "cuda")
    slot = renderer.add(fragile())
    renderer.swap(slot, fragile())
    sound(renderer, 0.1)
    again = Renderer(RATE, 0, lambda model: asked.append(model.id) or "cuda")
    again.load_state(*renderer.save_state(), lambda model, name, voices: fragile())
    assert asked == ["fragile"] * 3
    assert fate.prepared == ["cuda"] * 3


def test_a_failed_prepare_falls_back_to_the_cpu_and_says_so(fate):
    fate.refused = {"cuda"}
    renderer = on_cuda()
    slot = renderer.add(fragile())
    (message,) = renderer.messages()
    assert message[:3] == ("moved", slot, WHY)
    assert message.payload == "cuda"
    renderer.midi(0, *A4_ON)
    assert peaks(sound(renderer, 0.2))[0] > 0.1
    fate.refused = {"cpu", "cuda"}
    with pytest.raises(ProcessorLostError):
        renderer.add(fragile())


def test_a_stranger_that_raises_anything_else_has_failed_as_ever():
    renderer = on_cuda()
    broken = fragile()
    slot = renderer.add(broken)
    broken.render = None
    sound(renderer, 0.1)
    (message,) = renderer.messages()
    assert message == Message("failed", slot, "TypeError: 'NoneType' object is not callable")


def test_pads_repeat_hits_until_a_stand_in_continues_the_numbers(plug, fate):
    stage = Stage(plug, drums=FragileDrums(), device_of=on_a_gpu).fill()
    assert stage.drums.device == "cuda"
    fate.calls_left["cuda"] = 0
    for _ in range(6):
        stage.play(on(1, 20))
        stage.pads._worker.step()
    assert stage.kit.counts().replays == 2
    assert stage.hear().any()
    (loss,) = stage.pads.losses()
    assert loss == Message("lost", stage.slot, WHY, payload=stage.kit.source)
    assert list(stage.pads.messages()) == []
    stand_in(stage.renderer, loss, FragileDrums())
    stage.render()
    stage.drums = stage.kit.maker
    stage.fill().hear(9600)
    assert stage.drums.device == "cpu"
    assert stage.drums.played[1] == 4
    stage.play(on(1))
    np.testing.assert_array_equal(stage.hear(), stage.hit(1, number=4))
    assert stage.kit.counts().replays == 0
    assert list(stage.pads.losses()) == []


def test_a_locked_pad_keeps_its_hit_on_the_stand_in(plug, fate):
    stage = Stage(plug, drums=FragileDrums(), device_of=on_a_gpu).fill()
    stage.play(on(0), on(0))
    kept = stage.pads.kept(stage.slot)
    fate.calls_left["cuda"] = 0
    stage.play(on(1))
    stage.pads._worker.step()
    (loss,) = stage.pads.losses()
    stand_in(stage.renderer, loss, FragileDrums())
    stage.render()
    assert stage.renderer.read().slots[stage.slot].values["kept"] == kept["kept"] == 2.0
    assert stage.kit.values()[4] == 2.0


def test_a_strike_during_a_stand_ins_first_hit_repeats_no_hit(plug, fate):
    stage = Stage(plug, drums=FragileDrums(), device_of=on_a_gpu).fill()
    fate.calls_left["cuda"] = 0
    stage.play(on(1))
    stage.pads._worker.step()
    (loss,) = stage.pads.losses()
    drums = FragileDrums()

    def make(recipe):
        if not drums.made:
            stage.play(on(1))
        return FragileDrums.make(drums, recipe)

    drums.make = make
    stand_in(stage.renderer, loss, drums)
    assert drums.played[1] == stage.drums.played[1] == 2
