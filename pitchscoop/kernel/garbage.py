"""When Python looks for what nobody refers to any more."""

import gc


def collect_seldom() -> None:
    """Have Python look for cycles among objects less often, and never again among those that are there now.

    With a thousand recorders such a look held everything up for 0.3 s, every few seconds: whatever waits for its
    second of audio to be durable is counted as lasting. Almost nothing here is freed by it, for almost nothing refers
    to itself. For a process that serves, once it is put together.
    """
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
