"""From a stopped 5-minute recording to its MP3, peaks and loudness: ``python -m bench.media``."""

import asyncio
import statistics
import tempfile
import time
from pathlib import Path

from pitchscoop.adapters.media import PyAVMedia
from tests import samples

_RUNS = 10


async def main() -> None:
    """Print the median and the slowest of ten runs."""
    media = PyAVMedia()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = samples.wav(folder / "a.wav", samples.words(300))
        took = []
        for _ in range(_RUNS + 1):
            began = time.perf_counter()
            await media.derive(source, folder / "a.mp3", folder / "a.json")
            took.append(time.perf_counter() - began)
    await media.close()
    first, *rest = took
    print(f"5 min of 16 kHz WAV: median {statistics.median(rest):.2f} s, slowest {max(rest):.2f} s of {_RUNS}")
    print(f"the first, start of the worker included: {first:.2f} s")


if __name__ == "__main__":
    asyncio.run(main())
