"""The audio of a live session that Gladia has not acknowledged: what a new connection sends again."""

HELD = 4 << 20  # bytes: two minutes at 16 kHz, more than an outage that is waited for; thirty sessions hold 120 MiB
_SAMPLE = 2  # bytes; half a sample more or less would turn all that follows into noise


class Held:
    """Offsets are bytes since the session began, and always a whole number of samples.

    ``_base`` is that of the first byte held, ``_sent`` that of the next to be sent on this connection, and
    ``_reached`` the furthest that was sent on any.
    """

    def __init__(self) -> None:
        self._audio = bytearray()
        self._base = self._sent = self._reached = 0
        self._full = False

    @property
    def in_doubt(self) -> bool:
        """Whether audio was sent that Gladia may have, or not."""
        return self._reached > self._base

    def add(self, audio: bytes) -> bool:
        """Hold the next bytes. Once there is no room for some, none that follow are taken: they would be misplaced."""
        self._full = self._full or len(self._audio) + len(audio) > HELD
        if not self._full:
            self._audio += audio
        return not self._full

    def trim(self, end: int) -> bool:
        """Let go of what Gladia has: never more than it was sent, and whole samples. False if that is nothing new.

        Byte ranges may or may not include their last byte. If they do, one sample is held longer than needed.
        """
        end = min(end, self._reached)
        end -= end % _SAMPLE
        if end <= self._base:
            return False
        del self._audio[: end - self._base]
        self._base = end
        self._sent = max(self._sent, end)
        return True

    def rewind(self) -> None:
        """Begin again with the first byte held: on a new connection."""
        self._sent = self._base

    def next(self, most: int) -> bytearray:
        """The next bytes to send, at most so many; empty if all are sent."""
        start = self._sent - self._base
        size = min(len(self._audio) - start, most)
        size -= size % _SAMPLE
        self._sent += size
        self._reached = max(self._reached, self._sent)
        return self._audio[start : start + size]

    def clear(self) -> None:
        """Let go of everything, and take no more."""
        self._audio.clear()
        self._full = True
