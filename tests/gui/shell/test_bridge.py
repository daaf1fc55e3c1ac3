"""The bridge hands results over as long as its window is there."""

from PySide6.QtWidgets import QApplication

from rtaudiogen.gui.shell.bridge import Bridge


def test_a_result_that_comes_after_closing_reaches_nobody(qtbot, eventually):
    bridge, asked, seen = Bridge(), [], []
    bridge.ask(lambda: asked.append(True), seen.append)
    while not asked:
        pass  # the result waits in the queue of this thread, which does not look there
    bridge.close()
    for _ in range(10):
        QApplication.processEvents()
    assert seen == []
    other = Bridge()
    other.ask(lambda: "result", seen.append)
    eventually(lambda: seen == ["result"])
    other.close()
