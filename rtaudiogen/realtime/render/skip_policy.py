"""Policy of a renderer that has fallen behind: how many frames to skip."""

from rtaudiogen.realtime.callback import layout
from rtaudiogen.realtime.callback.memory import AudioMemory


class SkipPolicy:
    """Decides for the render thread which frames are not worth rendering any more.

    A renderer that owes frames renders them in vain. A fast one catches up that way, within its
    patience; one slower than real time would go on for ever. So if it owes more than the patience,
    these frames are skipped, plus a lead in which the ring can fill again. If the lead was too
    short, which happens when rendering is much slower than real time, the next one is twice as
    long; after a success it shrinks again. So even then there is sound, with gaps.
    """

    def __init__(
        self, memory: AudioMemory, quantum_frames: int = 1, patience_frames: int = 0
    ) -> None:
        self._memory = memory
        self._patience_frames = patience_frames
        self._quantum_frames = quantum_frames
        self._leads = 1  # length of the next lead, in goals
        self._resumed_before = -1

    @property
    def patient(self) -> bool:
        """True if there may be time to wait, after a skip, for what the next frames need. [render]

        A thread that waits cannot fill the ring ahead of time, so after a lead that was too short
        it must not wait.
        """
        return self._leads == 1

    def frames_to_skip(self) -> int:
        """Return the frames for `Ring.skip` before the next block is rendered; mostly 0. [render]

        A multiple of the quantum, so that the renderer's grid stays in place.
        """
        ring = self._memory.ring
        owed = -ring.fill_frames
        if owed <= self._patience_frames:
            return 0
        resumed = int(self._memory.slots[layout.RESUMED])
        if resumed == self._resumed_before:
            self._leads *= 2
        else:
            self._leads = max(1, self._leads // 2)
        self._resumed_before = resumed
        lead = min(self._leads * ring.goal_frames, ring.capacity_frames // 2)
        return -(-(owed + lead) // self._quantum_frames) * self._quantum_frames
