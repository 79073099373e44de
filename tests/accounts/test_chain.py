from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.chain import GENESIS, Break, Entry, canonical, link_hash, verify_chain

payloads = st.lists(
    st.dictionaries(
        st.text(max_size=5), st.integers(-(2**53) + 1, 2**53 - 1), max_size=3
    ),
    min_size=2,
    max_size=8,
)


def chain(values: list[dict[str, int]]) -> list[Entry]:
    entries: list[Entry] = []
    prev = GENESIS
    for seq, value in enumerate(values, start=1):
        entries.append(Entry(seq, value, prev, link_hash(prev, value)))
        prev = entries[-1].hash
    return entries


@given(payloads)
def test_an_untouched_chain_holds(values):
    assert verify_chain(chain(values)) is None


@given(payloads, st.data())
def test_an_edited_payload_is_named(values, data):
    entries = chain(values)
    index = data.draw(st.integers(0, len(entries) - 1))
    entries[index] = replace(entries[index], payload={"edited": 1, "by": -7})

    assert verify_chain(entries) == Break(index + 1, "altered")


@given(payloads, st.data())
def test_a_missing_entry_is_named(values, data):
    entries = chain(values)
    index = data.draw(st.integers(0, len(entries) - 2))
    del entries[index]

    assert verify_chain(entries) == Break(index + 1, "missing")


def test_swapped_entries_with_renumbered_places_are_named():
    first, second, third = chain([{"a": 1}, {"b": 2}, {"c": 3}])
    swapped = [first, replace(third, seq=2), replace(second, seq=3)]

    assert verify_chain(swapped) == Break(2, "not_linked")


def test_member_order_does_not_change_the_canonical_form():
    assert canonical({"b": 1, "a": "应急"}) == canonical({"a": "应急", "b": 1})


def test_integers_beyond_the_safe_range_are_refused():
    with pytest.raises(ValueError, match="9007199254740993"):
        canonical({"n": 2**53 + 1})
