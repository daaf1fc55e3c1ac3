"""A model is computed on the device that the player named, or else on the one of lower p99."""

import dataclasses
import json
import re
from itertools import cycle

import pytest

from rtaudiogen import registry
from rtaudiogen.engine import render_times
from rtaudiogen.engine.device_choice import DeviceChoice, remembered
from rtaudiogen.models.sine import SINE
from rtaudiogen.storage.folders import HOME_VARIABLE

from ..realtime.fragile import FRAGILE, FRAGILE_DRUMS, WHY, a_gpu

pytestmark = pytest.mark.realtime  # a busy core makes the quick device slow, too


@pytest.fixture(autouse=True)
def fate(monkeypatch, tmp_path):
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "home"))
    monkeypatch.setattr(render_times, "SECONDS", 0.1)
    with a_gpu(monkeypatch) as known:
        yield known


class Choosing:
    """A device choice, and the messages it sent."""

    def __init__(self, wanted="auto"):
        self.said = []
        self.choice = DeviceChoice(wanted, self.said.append)

    @property
    def measured(self):
        """Return the messages that announce a measurement."""
        return [sentence for sentence in self.said if sentence.startswith("Measuring")]

    def __call__(self, model=FRAGILE):
        return self.choice(model)


@pytest.fixture
def retrained(tmp_path):
    """Return a model with a file."""
    path = tmp_path / "mine.safetensors"
    path.write_bytes(b"weights")
    return dataclasses.replace(FRAGILE, id="mine", path=path)


def measured():
    """Return the models whose times are remembered, by device."""
    document = json.loads(render_times._file().read_bytes())
    return {name.partition(",")[0]: sorted(models) for name, models in document["times"].items()}


@pytest.mark.parametrize(("quick", "slow"), [("cpu", "cuda"), ("cuda", "cpu")])
def test_the_quicker_device_is_measured_once_and_remembered(fate, quick, slow):
    fate.pauses_ms = {slow: cycle([3.0])}
    choosing = Choosing()
    assert choosing() == quick
    assert choosing.measured == ["Measuring fragile (16 voices) on cpu and cuda, once."]
    assert fate.prepared == ["cpu", "cuda"]
    again = Choosing()
    assert again() == quick
    assert again.measured == []
    assert again.said == choosing.said[1:]
    assert fate.prepared == ["cpu", "cuda"]
    device, times = remembered(FRAGILE)
    assert device == quick
    assert times[slow].p50_ms > 2.5 > times[quick].p50_ms
    assert measured()["A GPU"] == [f"fragile × {FRAGILE.voices}"]
    times = r"\(p99: cpu [0-9.]+ ms, cuda [0-9.]+ ms\)\."
    said = rf"fragile \(16 voices\) is computed on '{quick}' {times}"
    assert re.fullmatch(said, choosing.said[-1])


def test_few_and_many_voices_are_measured_and_remembered_apart(fate):
    many = dataclasses.replace(FRAGILE, voices=64)
    fate.pauses_ms = {"cuda": cycle([3.0])}
    assert Choosing()() == "cpu"
    fate.pauses_ms = {"cpu": cycle([3.0])}
    assert Choosing()(many) == "cuda"
    again = Choosing()
    assert [again(), again(many), again()] == ["cpu", "cuda", "cpu"]
    assert again.measured == []


def test_the_lower_p99_wins_not_the_lower_mean(fate):
    hesitating = cycle([*[0.0] * 19, 8.0])  # 0.4 ms in the mean, 8 ms at p99
    fate.pauses_ms = {"cuda": hesitating, "cpu": cycle([2.0])}
    assert Choosing()() == "cpu"
    _, times = remembered(FRAGILE)
    assert times["cuda"].p50_ms < times["cpu"].p50_ms
    assert times["cuda"].p99_ms > times["cpu"].p99_ms


def test_a_hit_maker_is_measured_by_the_hits_it_makes_ahead(fate):
    fate.pauses_ms = {"cpu": cycle([3.0])}
    assert Choosing()(FRAGILE_DRUMS) == "cuda"
    _, times = remembered(FRAGILE_DRUMS)
    assert times["cpu"].p50_ms > 2.5


def test_a_model_that_was_trained_anew_is_measured_again(fate, retrained):
    fate.pauses_ms = {"cuda": cycle([3.0])}
    assert Choosing()(retrained) == "cpu"
    fate.pauses_ms = {"cpu": cycle([3.0])}
    assert Choosing()(retrained) == "cpu"
    retrained.path.write_bytes(b"better weights")
    assert remembered(retrained) == (None, {})
    choosing = Choosing()
    assert choosing(retrained) == "cuda"
    assert len(choosing.measured) == 1


def test_another_gpu_is_measured_beside_what_is_known_of_the_cpu(fate, monkeypatch):
    Choosing()()
    monkeypatch.setattr("rtaudiogen.processors.title", lambda name: "Another GPU")
    choosing = Choosing()
    choosing()
    assert choosing.measured == ["Measuring fragile (16 voices) on cuda, once."]
    assert {"A GPU", "Another GPU"} < set(measured())


@pytest.mark.parametrize(
    "damaged",
    ["", "{", '{"rtaudiogen": "render times", "version": 1, "times": 3}', "entry", "number"],
)
def test_damaged_memories_are_measured_again(fate, damaged):
    Choosing()()
    path = render_times._file()
    document = json.loads(path.read_bytes())
    for models in document["times"].values():
        for name, entry in models.items():
            models[name] = 3 if damaged == "entry" else {**entry, "p99_ms": "fast"}
    path.write_text(json.dumps(document) if damaged in ("entry", "number") else damaged)
    choosing = Choosing()
    choosing()
    assert choosing.measured == ["Measuring fragile (16 voices) on cpu and cuda, once."]
    assert set(remembered(FRAGILE)[1]) == {"cpu", "cuda"}


def test_a_cache_that_cannot_be_written_only_costs_the_time(fate, tmp_path):
    (tmp_path / "home").write_text("no folder")
    fate.pauses_ms = {"cpu": cycle([3.0])}
    assert [Choosing()(), Choosing()()] == ["cuda", "cuda"]
    assert fate.prepared == ["cpu", "cuda"] * 2


def test_an_unfit_device_is_skipped_and_tried_again_next_time(fate):
    fate.refused = {"cuda"}
    choosing = Choosing()
    assert choosing() == "cpu"
    assert choosing.said[1].startswith(f"Device 'cuda' cannot compute fragile (16 voices): {WHY}")
    assert choosing() == "cpu"
    assert len(choosing.said) == 3  # and is not measured again, nor said
    fate.refused = set()
    fate.pauses_ms = {"cpu": cycle([3.0])}
    few = dataclasses.replace(FRAGILE, voices=2)
    assert choosing(few) == "cuda"  # too much for it was the number of voices
    again = Choosing()
    again()
    assert again.measured == ["Measuring fragile (16 voices) on cuda, once."]


def test_a_device_lost_while_measured_is_not_chosen(fate):
    fate.calls_left = {"cuda": 5}
    assert Choosing()() == "cpu"
    assert set(remembered(FRAGILE)[1]) == {"cpu"}


def test_with_one_candidate_nothing_is_measured(fate):
    choosing = Choosing()
    assert choosing(SINE) == "cpu"
    assert remembered(SINE) == ("cpu", {})
    assert fate.prepared == []
    assert choosing.said == ["sine (16 voices) is computed on 'cpu': no other processor here can."]


def test_a_named_device_is_taken_by_the_families_that_know_it(fate):
    choosing = Choosing("cuda")
    assert [choosing(FRAGILE), choosing(SINE), choosing(SINE)] == ["cuda", "cpu", "cpu"]
    assert choosing.said == [
        "Device 'cuda': the family 'sine' does not support it; the CPU computes sine."
    ]


def test_a_named_device_that_has_gone_since_then_leaves_the_cpu(monkeypatch):
    monkeypatch.setattr("rtaudiogen.processors.missing", lambda name: "it was pulled out")
    choosing = Choosing("cuda")
    assert [choosing(), choosing()] == ["cpu", "cpu"]
    assert choosing.said == ["Device 'cuda': it was pulled out; the CPU computes fragile."]


@pytest.mark.parametrize("wanted", ["cuda", "auto"])
def test_a_lost_device_is_not_taken_any_more(fate, wanted):
    fate.pauses_ms = {"cpu": cycle([3.0])}
    choosing = Choosing(wanted)
    assert choosing() == "cuda"
    said = len(choosing.said)
    choosing.choice.lose("cuda")
    choosing.choice.lose("cpu")
    assert choosing() == "cpu"
    assert len(choosing.said) == said


def test_the_cpu_asks_nobody(monkeypatch):
    def refuse(*_):
        raise AssertionError

    monkeypatch.setattr(registry, "family", refuse)
    monkeypatch.setattr("rtaudiogen.processors.missing", refuse)
    assert Choosing("cpu")() == "cpu"
