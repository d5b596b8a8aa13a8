"""What becomes of an attempt, whatever providers say in whatever order: never declined before it is closed, never
forgotten."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from central.payments import rules
from central.payments.provider import Found, Said
from central.payments.rules import FINAL, SETTLED_S, Attempt

SAID: tuple[Said, ...] = ("paid", "waiting", "failed", "closed", "absent", "unknown")
EVERY_S = 5.0
answers = st.builds(Found, st.sampled_from(SAID), reference=st.just("4200"))


def fresh(kind: str, deadline_at: float = 30.0) -> Attempt:
    return Attempt("a-1", "a1", "qr" if kind == "qr" else "scan", "wechat", 1250, "CNY", 1, 0.0, deadline_at)


def run(attempt: Attempt, found: list[Found], cancel_at: int = -1) -> list[tuple[Attempt, str, Said]]:
    """Each answer in turn, at the time when it is due; (state after, what was done, what was said)."""
    steps, now = [], 0.0
    for number, said in enumerate(found):
        if attempt.state in FINAL:
            break
        if number == cancel_at:
            attempt = rules.replace(attempt, cancelled=True)
        now = max(now + 0.5, attempt.next_at)
        did = "begin" if not attempt.sent else rules.act(attempt, now)
        if did == "begin":
            attempt = rules.begun(rules.replace(attempt, sent=True), said, now, EVERY_S)
        else:
            step = rules.queried if did == "query" else rules.closed
            attempt = step(attempt, said, now, EVERY_S)
        steps.append((attempt, did, said.said))
        assert attempt.state in FINAL or attempt.next_at >= now, "it would be forgotten"
    return steps


@given(st.sampled_from(("qr", "scan")), st.lists(answers, min_size=1, max_size=30), st.integers(-1, 10))
def test_approved_only_when_paid_declined_only_when_closed(kind: str, found: list[Found], cancel_at: int) -> None:
    for attempt, did, said in run(fresh(kind), found, cancel_at):
        if attempt.state == "approved":
            assert said == "paid" and attempt.reference == "4200"
        if attempt.state == "declined":
            # A provider closed it, or knows of no such order when none can be on its way any more.
            assert said == "closed" or (said == "absent" and did == "close")
            assert attempt.reason


@given(st.sampled_from(("qr", "scan")), st.sampled_from(("waiting", "unknown", "failed")), st.integers(1, 40))
def test_what_is_never_closed_is_never_given_up_and_asked_about_more_and_more_slowly(
    kind: str, said: Said, many: int
) -> None:
    steps = run(fresh(kind), [Found(said)] * many)
    assert len(steps) == many and steps[-1][0].state not in FINAL
    waits = [after.next_at - before.next_at for (before, _, _), (after, _, _) in pairwise(steps)]
    assert all(wait <= rules.AGAIN_MAX_S + 1 for wait in waits)


@given(st.lists(st.sampled_from(("waiting", "unknown")), max_size=20))
def test_after_the_deadline_it_is_closed_and_not_only_asked_about(said: list[Said]) -> None:
    steps = run(fresh("scan"), [Found(each) for each in said] + [Found("waiting")] * 20)
    late = [did for attempt, did, _ in steps[1:] if attempt.state == "closing" and attempt.tries > 1]
    assert set(late) <= {"close"} and steps[-1][0].state == "closing"


def test_no_such_order_is_no_decline_while_a_request_may_be_on_its_way() -> None:
    attempt = rules.replace(fresh("scan"), sent=True, state="closing")
    still = rules.closed(attempt, Found("absent"), SETTLED_S - 1, EVERY_S)
    assert still.state == "closing" and still.next_at == SETTLED_S
    over = rules.closed(attempt, Found("absent"), SETTLED_S, EVERY_S)
    assert (over.state, over.reason) == ("declined", "not_started")


def test_a_code_that_nobody_scanned_is_watched_until_it_has_run_out() -> None:
    attempt = rules.replace(fresh("qr"), sent=True, state="waiting", code="https://qr", cancelled=True)
    declined = rules.closed(attempt, Found("absent"), 10.0, EVERY_S)
    assert (declined.state, declined.reason) == ("declined", "cancelled") and declined.watch_until > 10.0
    again = rules.closed(declined, Found("absent"), 20.0, EVERY_S)
    assert again.state == "declined" and again.watch_until == declined.watch_until
    assert rules.closed(again, Found("closed", reason="refunded"), 25.0, EVERY_S).watch_until == 0.0
    assert rules.closed(again, Found("absent"), declined.watch_until, EVERY_S).watch_until == 0.0


def test_another_sum_is_not_believed_and_stays_on_the_list() -> None:
    attempt = rules.replace(fresh("scan"), sent=True, state="waiting")
    after = rules.queried(attempt, Found("unknown", reason="amount"), 1.0, EVERY_S)
    assert (after.state, after.reason) == ("waiting", "amount")
    closing = rules.closed(after, Found("unknown", reason="amount"), 40.0, EVERY_S)
    assert (closing.state, closing.reason) == ("closing", "amount")
