"""`rtaudiogen stop`: the end of an engine whose window was lost."""


def stop() -> None:
    """End the engine of a window that was killed or hangs; its rack is kept."""
    from ..client.open_engine import stop_engine

    print("The engine has ended; its rack is kept." if stop_engine() else "No engine is playing.")
