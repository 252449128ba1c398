"""A small file system that can be full: a tmpfs whose size is what it holds."""

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = os.geteuid() == 0
"""Whether we may mount one."""


class Disk:
    """Mounted on a folder; where we may not mount, just a folder."""

    def __init__(self, folder: Path, size: int) -> None:
        self.folder = folder
        self._size = size

    def fill(self, room: int = 64 << 10) -> None:
        """Leave so many bytes of room."""
        for _ in range(20):  # others write meanwhile
            found = os.statvfs(self.folder)
            used = (found.f_blocks - found.f_bfree) * found.f_frsize
            with contextlib.suppress(subprocess.CalledProcessError):
                self._mount(f"remount,size={used + room}")
                return
        raise RuntimeError(f"{self.folder} could not be filled")

    def empty(self) -> None:
        """Room returns."""
        self._mount(f"remount,size={self._size}")

    def _mount(self, options: str) -> None:
        command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(self.folder)]
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL)


@contextlib.contextmanager
def small_disk(folder: Path, size: int) -> Iterator[Disk]:
    """One of so many bytes; memory is taken only for what is stored."""
    disk = Disk(folder, size)
    folder.mkdir()
    if not ROOT:
        yield disk
        return
    disk._mount(f"size={size}")
    try:
        yield disk
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
