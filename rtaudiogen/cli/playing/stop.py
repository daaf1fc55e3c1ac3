"""Command `rtaudiogen stop`: ends an engine whose window was lost."""


def stop() -> None:
    """End the engine of a window that was killed or hangs; save its rack."""
    from ...client.open_engine import stop_engine

    print("Ended the engine; its rack is saved." if stop_engine() else "No engine is playing.")
