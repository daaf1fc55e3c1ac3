"""The tensors of a SampleRNN, known from the configuration alone."""

from ..compiled.mulaw import LEVELS
from .config import FRAME, STEP, TAPS, SampleRNNConfig

UP = FRAME // STEP  # steps of the middle tier in one of the slow tier


def shapes(config: SampleRNNConfig) -> dict[str, tuple[int, ...]]:
    """Return the tensors that a SampleRNN of this configuration consists of."""
    w, told = config.width, FRAME + config.conditioning + config.embedding
    wanted: dict[str, tuple[int, ...]] = {
        "instruments.weight": (len(config.instruments), config.embedding),
        "tables": (TAPS * LEVELS, w),
        "middle_in.weight": (w, told),
        "sample_in.weight": (w, told),
        "slow_out.weight": (UP * w, w),
        "slow_out.bias": (UP * w,),
        "middle_out.weight": (STEP * w, w),
        "middle_out.bias": (STEP * w,),
        "output.weight": (w, w),
        "output.bias": (w,),
        "logit.weight": (LEVELS, w),
        "logit.bias": (LEVELS,),
    }
    for tier, inputs in (("slow", told), ("middle", w)):
        wanted[f"{tier}.weight_ih_l0"], wanted[f"{tier}.weight_hh_l0"] = (3 * w, inputs), (3 * w, w)
        wanted[f"{tier}.bias_ih_l0"] = wanted[f"{tier}.bias_hh_l0"] = (3 * w,)
    return wanted
