"""A process that waits can see whether another one compiles."""

from pathlib import Path

from numba.core.event import end_event, start_event

from rtaudiogen.compiling.mark import mark_compiling

COMPILE = "numba:compile"


def test_mark_exists_while_kernels_are_compiled(tmp_path: Path) -> None:
    mark = tmp_path / "compiling"
    mark.touch()  # left by a process that was killed
    mark_compiling(mark)
    assert not mark.exists()
    start_event(COMPILE)
    start_event(COMPILE)  # of a kernel that it calls
    end_event(COMPILE)
    assert mark.exists()
    end_event(COMPILE)
    assert not mark.exists()
