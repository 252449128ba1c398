"""Run the benchmarks that are named, or all. A benchmark is a module of this folder with an ``async main``.

Words with ``=`` are parameters of the benchmark before them: ``recorders count=1000 seconds=300``.
"""

import asyncio
import importlib
import inspect
import pkgutil
import sys
from collections.abc import Callable, Coroutine

import bench


def _benchmarks() -> dict[str, Callable[..., Coroutine[None, None, None]]]:
    names = sorted(module.name for module in pkgutil.iter_modules(bench.__path__) if module.name != "__main__")
    modules = {name: importlib.import_module(f"bench.{name}") for name in names}
    return {name: module.main for name, module in modules.items() if hasattr(module, "main")}


def _wanted(
    words: list[str], known: dict[str, Callable[..., Coroutine[None, None, None]]]
) -> dict[str, dict[str, str]]:
    wanted: dict[str, dict[str, str]] = {}
    name = ""
    for word in words:
        key, is_parameter, value = word.partition("=")
        if not is_parameter:
            name = word
            wanted[name] = {}
        elif name and key in inspect.signature(known[name]).parameters:
            wanted[name][key] = value
        else:
            sys.exit(f"{name or 'Nothing'} has no parameter {key!r}.")
        if name not in known:
            sys.exit(f"There is no benchmark {name!r}. There are: {', '.join(known)}.")
    return wanted or {name: {} for name in known}


def main(words: list[str]) -> None:
    """Run them one after the other: they must not disturb each other's figures."""
    known = _benchmarks()
    for name, parameters in _wanted(words, known).items():
        asyncio.run(known[name](**parameters))


main(sys.argv[1:])
