"""Find without a GPU what a GPU would refuse."""

from typing import Any

from torch import Tensor, ops
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

COPIES = {ops.aten._to_copy.default, ops.aten.copy_.default}
LISTS = {ops.aten.cat.default, ops.aten.stack.default}


class OneDevice(TorchDispatchMode):
    """A context in which tensors of two devices can only be copied, not mixed.

    A single number on the CPU goes with all others, as on a GPU. With the networks on the device
    "meta", where nothing has a value, asking for one is an error, too: a GPU would be waited for.
    """

    def __torch_dispatch__(
        self, function: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        tensors = [leaf for leaf in tree_leaves((args, kwargs)) if isinstance(leaf, Tensor)]
        devices = {t.device.type for t in tensors if t.dim() or function in LISTS}
        assert function in COPIES or len(devices) < 2, f"{function} of tensors on {devices}"
        return function(*args, **(kwargs or {}))
