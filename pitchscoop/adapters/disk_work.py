"""Files that are on the disk before they are seen; and ``python -m pitchscoop.adapters.disk_work``, which creates them.

The process serves ``disk_writer.py``. A request on standard input is ``REQUEST`` (its number, bytes of the path, bytes
of the data), the path and the data; an answer on standard output is ``ANSWER`` (the number, an ``errno`` or 0). Only
what starts fast is imported here.
"""

import contextlib
import errno
import os
import signal
import struct
import threading
from queue import SimpleQueue

REQUEST = struct.Struct(">III")
ANSWER = struct.Struct(">II")
_THREADS = 24  # files written at once; the disk commits in one go what comes while it is busy (8 and 64 were slower)
_READ = 1 << 20  # bytes of requests read at once

Job = tuple[int, str, bytes]


def create(path: str, data: bytes) -> bool:
    """Write a new file; False if there is one. It is linked under its name only when its bytes are on the disk."""
    folder = path.rpartition("/")[0]
    temporary, descriptor = begin(folder)
    try:
        _write(descriptor, data)
        os.link(temporary, path)
        created = True
    except FileExistsError:
        created = False  # whoever is told so takes the other's file for durable: its name may be younger than that
    finally:
        os.unlink(temporary)  # noqa: PTH108  making a Path takes longer than the call
    sync(folder)
    return created


def replace(path: str, data: bytes) -> int:
    """Write a file in the place of the one that is there, if there is one; its length."""
    folder = path.rpartition("/")[0]
    temporary, descriptor = begin(folder)
    try:
        _write(descriptor, data)
        os.replace(temporary, path)  # noqa: PTH105
    except BaseException:
        os.unlink(temporary)  # noqa: PTH108
        raise
    sync(folder)
    return len(data)


def begin(folder: str) -> tuple[str, int]:
    """A fresh file in a folder, open for writing; names with a dot are never listed."""
    temporary = f"{folder}/.{os.urandom(8).hex()}"
    new = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    try:
        return temporary, os.open(temporary, new, 0o600)
    except FileNotFoundError:
        make_folder(folder)
        return temporary, os.open(temporary, new, 0o600)


def _write(descriptor: int, data: bytes) -> None:
    """Write to a file, see that it is on the disk, and close it."""
    try:
        left = memoryview(data)
        while left:
            left = left[os.write(descriptor, left) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_folder(folder: str) -> None:
    """Make a folder that a power cut does not take back: each new entry is synced in its parent."""
    missing = []
    while not os.path.isdir(folder):  # noqa: PTH112  pathlib takes longer to import than all else here
        missing.append(folder)
        folder = os.path.dirname(folder)  # noqa: PTH120
    for new in reversed(missing):
        with contextlib.suppress(FileExistsError):
            os.mkdir(new)  # noqa: PTH102
        sync(os.path.dirname(new))  # noqa: PTH120


def sync(path: str) -> None:
    """See that a file, or the entries of a folder, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def main() -> None:
    """Serve until standard input ends; what was asked for by then is done."""
    for number in (signal.SIGINT, signal.SIGTERM):  # the server alone ends us, when it has nothing left to write
        signal.signal(number, signal.SIG_IGN)
    jobs = SimpleQueue[Job | None]()  # bounded by the recorders there are: each waits for its last answer
    threads = [threading.Thread(target=_work, args=(jobs,)) for _ in range(_THREADS)]
    for thread in threads:
        thread.start()
    try:
        with contextlib.suppress(ConnectionError):  # a server that was killed leaves answers unread
            _listen(jobs)
    finally:
        for _ in threads:
            jobs.put(None)


def _listen(jobs: SimpleQueue[Job | None]) -> None:
    with os.fdopen(0, "rb", _READ) as requests:
        while len(head := requests.read(REQUEST.size)) == REQUEST.size:
            number, name, size = REQUEST.unpack(head)
            path, data = requests.read(name), requests.read(size)
            if len(data) == size:  # else the server died amid its sentence
                jobs.put((number, path.decode(), data))


def _work(jobs: SimpleQueue[Job | None]) -> None:
    while (job := jobs.get()) is not None:
        number, path, data = job
        try:
            code = 0 if create(path, data) else errno.EEXIST
        except OSError as error:
            code = error.errno or errno.EIO
        with contextlib.suppress(OSError):  # nobody is left to hear of it
            os.write(1, ANSWER.pack(number, code))


if __name__ == "__main__":
    main()
