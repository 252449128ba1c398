"""What was not acknowledged is sent again: all of it, in order, and nothing else, however it is acknowledged."""

from hypothesis import given
from hypothesis import strategies as st

from pitchscoop.adapters.gladia_held import HELD, Held

AUDIO = bytes(number % 251 for number in range(20_000))


@given(st.data())
def test_each_byte_arrives_once_whatever_is_lost(data: st.DataObject) -> None:
    held, far, added = Held(), bytearray(), 0
    for _ in range(data.draw(st.integers(1, 25))):
        more = AUDIO[added : added + data.draw(st.integers(0, 700))]
        assert held.add(more)
        added += len(more)
        while piece := held.next(data.draw(st.integers(2, 400))):
            if data.draw(st.integers(0, 3)) == 0:  # it is lost, with the connection
                held.trim(len(far))  # and the next one begins with how far the other end got
                held.rewind()
                break
            far += piece
            held.trim(data.draw(st.integers(-5, len(far))))  # late, or not at all
    while piece := held.next(1000):
        far += piece
    assert far == AUDIO[: added - added % 2]


@given(st.integers(2, 300), st.integers(-(1 << 40), 1 << 40))
def test_it_lets_go_of_whole_samples_that_were_sent(sent: int, acknowledged: int) -> None:
    held = Held()
    held.add(AUDIO[:400])
    reached = len(held.next(sent))
    held.trim(acknowledged)
    held.rewind()
    kept = held.next(1000)
    gone = max(0, min(acknowledged, reached))
    assert kept == AUDIO[gone - gone % 2 : 400]


def test_what_is_acknowledged_makes_room() -> None:
    held = Held()
    for _ in range(3 * HELD // len(AUDIO)):
        assert held.add(AUDIO)
        held.trim(sum(len(piece) for piece in iter(lambda: held.next(1 << 20), bytearray())) and 1 << 40)
    assert not held.in_doubt


def test_once_audio_was_dropped_no_more_is_taken() -> None:
    held = Held()
    assert held.add(bytes(HELD))
    assert not held.add(b"xx")
    held.next(1 << 20)
    assert held.trim(1 << 20)
    assert not held.add(b"yy")
    assert len(held.next(HELD)) == HELD - (1 << 20)
