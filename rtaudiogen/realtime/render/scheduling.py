"""Scheduling: requests to run the calling thread before ordinary ones."""

import contextlib
import os
import sys
import threading

RENDER_PRIORITY = 5  # below the audio callback's and the audio server's
HELPER_PRIORITY = 3  # of threads that share the interpreter's lock with it
MAKER_PRIORITY = 1  # of a thread that computes for long: below these, above other programs
NICE = {RENDER_PRIORITY: -11, HELPER_PRIORITY: -11, MAKER_PRIORITY: 0}


def raise_priority(
    priority: int = RENDER_PRIORITY, thread: int | None = None, real_time: bool = True
) -> str:
    """Raise a thread's priority as far as permitted; return the granted priority as text. [any]

    Linux: first-in-first-out scheduling if `real_time` priority is granted, else a lower nice
    value. `thread` is its native id, None the caller's.
    """
    if sys.platform != "linux":
        return "normal"
    if thread is None:
        thread = threading.get_native_id()
    if real_time:
        with contextlib.suppress(OSError):
            os.sched_setscheduler(thread, os.SCHED_FIFO, os.sched_param(priority))
            return f"real-time {priority}"
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, thread, NICE[priority])
        return f"nice {NICE[priority]}"
    return "normal"
