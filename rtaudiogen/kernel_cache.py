"""Disk cache of compiled kernels, renewed when any source file behind a kernel changes.

numba's own cache checks only the file that holds the kernel, so an edit of a layout or of a
function that the kernel calls would leave stale machine code behind.
"""

import re
import sys
from collections.abc import Callable, Iterator
from functools import cache
from hashlib import sha256
from pathlib import Path
from types import ModuleType
from typing import Any

from numba import njit
from numba.core.caching import FunctionCache, IndexDataCacheFile
from numba.core.dispatcher import Dispatcher

from .compiling.notice import tell_of_compiling

tell_of_compiling()  # here, because every module with a kernel imports this one

_HOME = __name__.partition(".")[0]
_IMPORT = re.compile(r"^from +(\.*)([\w.]*) +import +(\([^)]*\)|[^\n#]+)", re.MULTILINE)


def cached_njit(signature: Any = None, **options: Any) -> Callable[[Any], Any]:
    """Return a decorator: numba's `njit` with the disk cache of this module. [control]

    With a `signature` the function is compiled, or loaded, at once and for that signature alone.
    `options` are those of `njit`, without `cache`.
    """

    def decorate(function: Any) -> Any:
        kernel = njit(**options)(function)
        if isinstance(kernel, Dispatcher):  # NUMBA_DISABLE_JIT leaves a plain function
            # numba has no public way to give a function another cache
            kernel._cache = _SourcesCache(function)  # type: ignore[attr-defined]
            if signature is not None:
                kernel.compile(signature)
                kernel.disable_compile()
        return kernel

    return decorate


def sources_digest(module: str) -> str:
    """Return the SHA-256 of a loaded module's source and of what it imports from its package.

    Only imports at the top of a module count: a compiled function can use no others.
    """
    digest = sha256()
    for name in sorted(_sources(module)):
        digest.update(Path(str(sys.modules[name].__file__)).read_bytes())
    return digest.hexdigest()


class _SourcesCache(FunctionCache):
    """numba's cache of one function, stamped with a digest of sources instead of a file's age."""

    def __init__(self, function: Any) -> None:
        super().__init__(function)
        self._cache_file = _Index(
            cache_path=self._cache_path,
            filename_base=self._impl.filename_base,
            source_stamp=sources_digest(function.__module__),
        )


class _Index(IndexDataCacheFile):
    """numba's index of the cache; an index that names removed modules counts as empty."""

    def _load_index(self) -> Any:
        try:
            return super()._load_index()
        except (ImportError, AttributeError):
            return {}


def _sources(module: str) -> set[str]:
    """Return the names of the module and of everything that it imports, directly or indirectly."""
    found, waiting = set(), [module]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += _imports(name)
    return found


@cache
def _imports(name: str) -> tuple[str, ...]:
    """Return the names of the modules of the same package, or of ours, that a module imports."""
    module = sys.modules[name]
    package = module.__package__ or ""
    text = Path(str(module.__file__)).read_text("utf-8")
    tops = {_HOME, package.partition(".")[0]}
    return tuple(
        known
        for known in _candidates(text, package)
        if known.partition(".")[0] in tops and _has_source(sys.modules.get(known))
    )


def _candidates(text: str, package: str) -> Iterator[str]:
    """Yield what each import of a source may name: the module, and the module's attribute."""
    for dots, path, names in _IMPORT.findall(text):
        parents = package.split(".")[: len(package.split(".")) + 1 - len(dots)] if dots else []
        base = ".".join([*parents, *([path] if path else [])])
        yield base
        for name in names.strip("() \n").split(","):
            yield f"{base}.{name.partition(' as ')[0].strip()}"


def _has_source(module: ModuleType | None) -> bool:
    """Return True for a source file, not a package's `__init__` or a built-in."""
    path = getattr(module, "__file__", None)
    return path is not None and path.endswith(".py") and not path.endswith("__init__.py")
