import hashlib
import hmac
import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis.crc import key_slot

from pitchscoop.kernel import ids, keys

EVENTS = ["default", ids.new_id(b"an event"), "zürich", "a", "x" * 200]
ALPHABET = set("0123456789abcdefghjkmnpqrstvwxyz")


def test_an_id_is_26_letters_nobody_misreads() -> None:
    made = {ids.new_id() for _ in range(1000)}
    assert len(made) == 1000
    assert {len(one) for one in made} == {26}
    assert set("".join(made)) == ALPHABET


def test_every_letter_of_an_id_is_random() -> None:
    made = [ids.new_id() for _ in range(2000)]
    assert {len({one[place] for one in made}) for place in range(26)} == {32}


@given(seed=st.binary(), other=st.binary())
def test_a_seed_gives_the_same_id_again_and_another_seed_another(seed: bytes, other: bytes) -> None:
    assert ids.new_id(seed) == ids.new_id(seed)
    assert (ids.new_id(seed) == ids.new_id(other)) == (seed == other)
    assert ids.new_session_id("default", seed) == ids.new_session_id("default", seed)


@given(tag=st.text(min_size=1).filter(lambda text: "}" not in text))
def test_a_slot_is_what_redis_cluster_says(tag: str) -> None:
    assert ids.slot(tag) == key_slot(tag.encode()) or "{" in tag
    assert ids.slot(tag) == key_slot(f"any:{{{tag}}}:thing".encode())


@pytest.mark.parametrize("event_id", EVENTS)
def test_all_keys_of_an_event_lie_in_its_slot(event_id: str) -> None:
    names = [
        keys.event(event_id),
        keys.team(event_id, ids.new_id()),
        keys.team_name(event_id, "Ärger & Söhne {x}"),
        keys.sessions_index(event_id),
        keys.sessions_index(event_id, "status", "completed"),
        keys.sessions_index(event_id, "team", ids.new_id()),
        keys.teams_index(event_id),
        f"due:{{{event_id}}}",
        f"facts:{{{event_id}}}",
        *(keys.session(ids.new_session_id(event_id)) for _ in range(200)),
        *(keys.session(ids.new_session_id(event_id, secrets.token_bytes(8))) for _ in range(50)),
    ]
    assert {key_slot(name.encode()) for name in names} == {ids.slot(event_id)}


def test_a_session_id_can_be_made_for_every_slot() -> None:
    assert len(ids._tails()) == 16384
    assert all(ids.slot(tail) == number and len(tail) == 4 for number, tail in ids._tails().items())


def test_session_ids_are_30_letters_and_differ() -> None:
    made = {ids.new_session_id("default") for _ in range(1000)}
    assert len(made) == 1000
    assert {len(one) for one in made} == {30}
    assert set("".join(made)) <= ALPHABET


def test_a_token_is_256_bits_that_a_url_carries() -> None:
    made = {ids.new_token() for _ in range(100)}
    assert len(made) == 100
    assert {len(one) for one in made} == {43}
    assert all(one.replace("-", "").replace("_", "").isalnum() for one in made)


def test_a_signature_is_hmac_sha256_over_parts_with_their_lengths() -> None:
    expected = hmac.new(b"key", b"\0\0\0\2ab\0\0\0\2\xc3\xa9", hashlib.sha256).hexdigest()
    assert ids.signature(b"key", "ab", "é") == expected


@given(one=st.lists(st.text()), other=st.lists(st.text()))
def test_no_two_lists_of_parts_share_a_signature(one: list[str], other: list[str]) -> None:
    assert (ids.signature(b"key", *one) == ids.signature(b"key", *other)) == (one == other)


def test_another_secret_signs_differently_and_parts_cannot_flow_into_each_other() -> None:
    assert ids.signature(b"key", "ab") != ids.signature(b"kez", "ab")
    assert len({ids.signature(b"key", *parts) for parts in (["ab", "c"], ["a", "bc"], ["abc"], ["abc", ""])}) == 4
