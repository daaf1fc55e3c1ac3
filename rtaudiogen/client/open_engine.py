"""How a window comes by its engine, and by the rack: whatever happened to the one before."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from ..engine.checkpoint import read_checkpoint
from ..errors import RtAudioGenError
from ..processors import CPU
from ..saving.sessions import Session
from ..storage import folders
from .engine_folder import Home
from .remote import EngineProcess
from .session_files import WINDOW, Beginning, beginning, put_aside, recent_path, settings_of

DEMO_SECONDS = 6.7  # of the built-in phrase: its first two bars
PLAYED_ON = "The sound had gone on; this window plays it now."


class Opened(NamedTuple):
    """An engine that plays, and sentences for the player."""

    engine: EngineProcess
    notices: list[str]


def open_engine(begun: Beginning | None = None, device: str = CPU, named: bool = False) -> Opened:
    """The engine that a lost window left playing; otherwise one with the rack as it was. [control]

    After a crash of the engine, too, or of the whole machine, the rack is that of the last
    seconds, with all its state. With a beginning: a new engine that ends with its window.
    `device` is what a new engine computes on; see `EngineSettings`. One that plays on stays as it
    is, and if the player has `named` another one, it is said. RtAudioGenError if there is none to
    be had.
    """
    if begun is not None:
        return _begin(begun, device)
    home = folders.engine()
    engine = EngineProcess.attach(home)
    if engine is not None:
        kept = engine.settings.device
        differs = named and device != kept
        as_begun = [f"It computes on '{kept}', as it was begun."] if differs else []
        return Opened(engine, [PLAYED_ON, *as_begun])
    return _recover(home, device) or _begin(beginning(), device, home)


def open_empty_engine(device: str = CPU) -> Opened:
    """With nothing in the rack, because the engine dies of what was; that is put aside."""
    recent = recent_path()
    notice = ""
    if recent.exists():
        notice = f"The engine died of its rack again and again: {put_aside(recent)}."
    return _begin(Beginning(WINDOW, {}, notice=notice), device, folders.engine())


def _begin(begun: Beginning, device: str, home: Path | None = None) -> Opened:
    settings = replace(begun.settings, device=device)
    with _closed_on_error(EngineProcess(settings, home)) as engine:
        engine.start()
        notices = [begun.notice, *engine.load_session(begun.session)]
        if begun.is_demo:
            engine.play_phrase(DEMO_SECONDS)
    return Opened(engine, list(filter(None, notices)))


def _recover(home: Path, device: str) -> Opened | None:
    """Go on from the checkpoint of an engine that did not end properly, if there is one."""
    path = Home(home).checkpoint
    if not path.exists():
        return None
    saved = datetime.fromtimestamp(path.stat().st_mtime)
    try:
        session = Session.from_json(read_checkpoint(path).session)
        settings = replace(settings_of(session), device=device)
        with _closed_on_error(EngineProcess(settings, home, resume=True)) as engine:
            engine.start()
    except RtAudioGenError:
        return None  # the session that was kept for the next start is a little older
    return Opened(
        engine, [f"rtaudiogen did not end properly; the rack is as it was at {saved:%H:%M:%S}."]
    )


@contextmanager
def _closed_on_error(engine: EngineProcess) -> Iterator[EngineProcess]:
    try:
        yield engine
    except BaseException:  # Ctrl-C as well: no engine is left behind
        engine.close()
        raise


def stop_engine() -> bool:
    """End the engine that a lost window left playing; whether there was one. [control]"""
    engine = EngineProcess.attach(folders.engine())
    if engine is None:
        return False
    with closing(engine):  # whether or not its rack can be kept
        engine.save_session(recent_path())
    return True
