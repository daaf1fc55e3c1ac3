"""The recorder: WAV and FLAC files of the output, with marks at dropouts."""

from rtaudiogen.recorder.marks import Dropout, Mark, Underruns, read_marks
from rtaudiogen.recorder.recorder import Recorder, RecordingStatus, Tap
from rtaudiogen.recorder.samples import SampleFormat

__all__ = [
    "Dropout",
    "Mark",
    "Recorder",
    "RecordingStatus",
    "SampleFormat",
    "Tap",
    "Underruns",
    "read_marks",
]
