"""What a renderer does that has fallen behind: how many frames to give up."""

from rtaudiogen.realtime.callback import layout
from rtaudiogen.realtime.callback.memory import AudioMemory


class Recovery:
    """Decides for the render thread which frames are not worth rendering any more.

    A renderer that owes frames renders for the bin. A fast one catches up that way, within its
    patience; one slower than real time would go on for ever. So more than the patience is skipped,
    and a lead with it in which the ring can fill again. If the lead was too short, which happens
    when rendering is much slower than real time, the next one is twice as long; after a success it
    shrinks again. So even then there is sound, with gaps.
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
        """Whether there may be time to wait, after a skip, for what the next frames need. [render]

        Who waits cannot fill the ring ahead of time. If that was not enough, there is no waiting.
        """
        return self._leads == 1

    def frames_to_skip(self) -> int:
        """Frames to give to `Ring.skip` before the next block is rendered; mostly 0. [render]

        A multiple of the quantum, so that the renderer's grid stays where it was.
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
