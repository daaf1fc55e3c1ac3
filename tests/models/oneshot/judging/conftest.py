"""A judge of a small set of drums, trained once for all tests that only ask it."""

from collections.abc import Iterator

import pytest
import torch

from rtaudiogen.models.oneshot.judging.corpus import Corpus
from rtaudiogen.models.oneshot.judging.metrics import Judge

from . import drums


@pytest.fixture(scope="session")
def corpus() -> Corpus:
    """Return 16 training hits of each of three classes."""
    return drums.corpus()


@pytest.fixture(scope="session")
def judge(corpus: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Judge]:
    """Return a judge of that corpus."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield Judge(corpus, tmp_path_factory.mktemp("judge"), lambda line: None)
    torch.set_num_threads(threads)
