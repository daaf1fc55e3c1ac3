"""A device for machines without a GPU."""

from collections.abc import Iterator

import pytest
import torch

from rtaudiogen.models.compiled import device_call


@pytest.fixture
def device(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Return a device's name for which torch computes on the CPU as it would on a GPU."""
    monkeypatch.setattr(device_call, "torch_device", lambda name: torch.device("cpu"))
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield "cuda"
    torch.set_num_threads(threads)
