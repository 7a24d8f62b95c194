"""What must a worker process know besides its tasks?

In: nothing. Out: a process that ends when it should. What always holds: this loads nothing but what Python has, for a
worker begins with it; the kernels take a tenth of a second that only detection needs.
"""

import multiprocessing
import os
import signal
import threading
from multiprocessing.connection import wait


def attend() -> None:
    """Make this worker leave Ctrl-C to the process that started it, and end when that one is gone, however it ended."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    assert parent is not None

    def follow() -> None:
        wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=follow, daemon=True).start()
