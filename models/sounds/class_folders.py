"""Names of classes from the folders of the sounds."""

import re
from collections.abc import Sequence
from pathlib import PurePath

SOUND = re.compile(  # words for a kind of sound, in the names of folders of drums
    r"kick|bass ?drum|\bbd|snare|\bsd|hat|\bhh|clap|tom|cymbal|crash|ride|rim|perc|shaker|cowbell|"
    r"conga|bongo|clave|tambourine|click|snap"
)
HOW = {  # words for how a sound was made, played or stored, not for its kind
    "acoustic", "analog", "analogue", "clean", "close", "digital", "dirty", "dry", "electric",
    "electro", "electronic", "flac", "hard", "hits", "left", "live", "loud", "medium", "mono",
    "mp3", "one shots", "oneshots", "processed", "quiet", "raw", "right", "room", "samples", "soft",
    "sounds", "stereo", "takes", "vintage", "wav", "wavs", "wet",
}  # fmt: skip


def class_of(folders: Sequence[str], parents: int, leaves: int) -> str:
    """Return the class of a sound from its folders, the innermost last.

    The innermost folder is the class, unless it only describes how the sound was made, or its name
    occurs under several other folders (Kick/Acoustic and Snare/Acoustic are two classes). `parents`
    is the number of folders that contain one of that name, `leaves` the number of different names.
    """
    leaf = folders[-1]
    if len(folders) == 1 or SOUND.search(_plain(leaf)):
        return leaf
    above = [name for name in reversed(folders[:-1]) if _plain(name) not in HOW]
    drums = [name for name in above if SOUND.search(_plain(name))]
    if drums and (parents > 1 or _plain(leaf) in HOW):
        return drums[0]
    if above and (_plain(leaf) in HOW or (parents > 1 and leaves == 1)):
        return above[0]
    return leaf


def class_names(inside: Sequence[PurePath], top: str) -> list[str]:
    """Return the class of each file, by its path inside of a folder whose own name is `top`."""
    under: dict[str, set[PurePath]] = {}
    for path in inside:
        if len(path.parts) > 1:
            under.setdefault(path.parts[-2], set()).add(path.parent.parent)
    return [
        class_of(path.parts[:-1], len(under[path.parts[-2]]), len(under))
        if len(path.parts) > 1
        else top
        for path in inside
    ]


def _plain(name: str) -> str:
    return re.sub(r"[-_ ]+", " ", name).strip().lower()
