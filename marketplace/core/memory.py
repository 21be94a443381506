"""The garbage collector in a process that lives long."""

import gc

THRESHOLD = 10_000


def leave_to_the_process() -> None:
    """Call once when everything is loaded: what is there now stays until the process ends.

    The collector need not walk through half a million objects of code and settings again and
    again, and looks at the young ones less often: a request makes some thousand.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(THRESHOLD, 20, 20)
