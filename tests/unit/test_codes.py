"""Codes for people: readable signs, one form, typing errors found."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kiosk.domain.codes import ALPHABET, enrolment_code, enrolment_code_is_typed_right, human_code, human_code_of

ids = st.binary(min_size=8, max_size=8).map(bytes.hex)


def test_no_sign_is_mistaken_for_another() -> None:
    assert not set("0O1ILU") & set(ALPHABET) and len(set(ALPHABET)) == 30


@given(ids)
def test_a_code_has_its_form_and_is_typed_in_many_ways(ticket_id: str) -> None:
    code = human_code(ticket_id)
    assert len(code) == 9 and code[4] == "-" and code == human_code(ticket_id)
    for typed in (code, code.lower(), code.replace("-", ""), f" {code[:2]} {code[2:]} "):
        assert human_code_of(typed) == code


@given(ids, st.integers(0, 7), st.sampled_from(ALPHABET))
def test_one_wrong_sign_is_found(ticket_id: str, position: int, sign: str) -> None:
    signs = human_code(ticket_id).replace("-", "")
    wrong = signs[:position] + sign + signs[position + 1 :]
    assert (human_code_of(wrong) is None) == (sign != signs[position])


@given(ids, st.integers(0, 6))
def test_swapped_neighbours_are_nearly_always_found(ticket_id: str, position: int) -> None:
    signs = human_code(ticket_id).replace("-", "")
    a, b = signs[position], signs[position + 1]
    swapped = signs[:position] + b + a + signs[position + 2 :]
    blind = {a, b} == {ALPHABET[0], ALPHABET[-1]}  # the one pair a scheme of this kind cannot tell apart
    assert (human_code_of(swapped) is None) == (a != b and not blind)


@given(st.text(max_size=20))
def test_any_typing_is_answered(typed: str) -> None:
    code = human_code_of(typed)
    assert code is None or human_code_of(code) == code
    assert enrolment_code_is_typed_right(typed) in (True, False)


@given(st.binary(min_size=8, max_size=16), st.integers(0, 11), st.sampled_from(ALPHABET))
def test_enrolment_codes(random: bytes, position: int, sign: str) -> None:
    code = enrolment_code(random)
    assert len(code) == 14 and enrolment_code_is_typed_right(code.lower())
    signs = code.replace("-", "")
    wrong = signs[:position] + sign + signs[position + 1 :]
    assert enrolment_code_is_typed_right(wrong) == (sign == signs[position])
