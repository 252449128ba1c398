"""Run the benchmarks that are named, or all. A benchmark is a module of this folder with an ``async main``."""

import asyncio
import importlib
import pkgutil
import sys
from collections.abc import Callable, Coroutine

import bench


def _benchmarks() -> dict[str, Callable[[], Coroutine[None, None, None]]]:
    names = sorted(module.name for module in pkgutil.iter_modules(bench.__path__) if module.name != "__main__")
    modules = {name: importlib.import_module(f"bench.{name}") for name in names}
    return {name: module.main for name, module in modules.items() if hasattr(module, "main")}


def main(wanted: list[str]) -> None:
    """Run them one after the other: they must not disturb each other's figures."""
    known = _benchmarks()
    if strange := [name for name in wanted if name not in known]:
        sys.exit(f"There is no benchmark {strange[0]!r}. There are: {', '.join(known)}.")
    for name in wanted or known:
        asyncio.run(known[name]())


main(sys.argv[1:])
