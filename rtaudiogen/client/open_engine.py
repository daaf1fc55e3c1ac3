"""Opening of an engine for a window, with the rack as it was, after a crash as well."""

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
from .engine_folder import EngineFolder
from .remote import EngineProcess
from .session_files import WINDOW, Startup, last_startup, put_aside, recent_path, settings_of

DEMO_SECONDS = 6.7  # the first two bars of the built-in phrase
PLAYED_ON = "The engine was still playing; this window controls it now."


class Opened(NamedTuple):
    """An open engine, and sentences for the user."""

    engine: EngineProcess
    notices: list[str]


def open_engine(startup: Startup | None = None, device: str = CPU, named: bool = False) -> Opened:
    """Return the engine that a lost window left playing; else a new one with the last rack.
    [control]

    After a crash of the engine or the machine, the rack is that of the last seconds, with all its
    state. With a `startup`: a new engine that ends with its window. `device` is the processor of a
    new engine's networks; see `EngineSettings`. An engine that plays on keeps its own; if the user
    has `named` another one, a notice says so. RtAudioGenError if no engine can be opened.
    """
    if startup is not None:
        return _begin(startup, device)
    home = folders.engine()
    engine = EngineProcess.attach(home)
    if engine is not None:
        kept = engine.settings.device
        differs = named and device != kept
        as_started = [f"It still computes on '{kept}', as it was started."] if differs else []
        return Opened(engine, [PLAYED_ON, *as_started])
    return _recover(home, device) or _begin(last_startup(), device, home)


def open_empty_engine(device: str = CPU) -> Opened:
    """Open an engine with an empty rack, because the last one kills it; put that one aside."""
    recent = recent_path()
    notice = ""
    if recent.exists():
        notice = f"The engine died repeatedly with its last rack: {put_aside(recent)}."
    return _begin(Startup(WINDOW, {}, notice=notice), device, folders.engine())


def _begin(startup: Startup, device: str, home: Path | None = None) -> Opened:
    settings = replace(startup.settings, device=device)
    with _closed_on_error(EngineProcess(settings, home)) as engine:
        engine.start()
        notices = [startup.notice, *engine.load_session(startup.session)]
        if startup.is_demo:
            engine.play_phrase(DEMO_SECONDS)
    return Opened(engine, list(filter(None, notices)))


def _recover(home: Path, device: str) -> Opened | None:
    """Go on from the checkpoint of an engine that did not end properly, if there is one."""
    path = EngineFolder(home).checkpoint
    if not path.exists():
        return None
    saved = datetime.fromtimestamp(path.stat().st_mtime)
    try:
        session = Session.from_json(read_checkpoint(path).session)
        settings = replace(settings_of(session), device=device)
        with _closed_on_error(EngineProcess(settings, home, resume=True)) as engine:
            engine.start()
    except RtAudioGenError:
        return None  # fall back to the saved session, which is a little older
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
    """End the engine that a lost window left playing; return False if there is none. [control]"""
    engine = EngineProcess.attach(folders.engine())
    if engine is None:
        return False
    with closing(engine):  # even if its rack cannot be saved
        engine.save_session(recent_path())
    return True
