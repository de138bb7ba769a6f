"""Recipients as they are written, and as the table holds them."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from contracts.recipients import (
    Channel,
    RecipientError,
    read_recipient,
    recipient_item,
    recipient_of,
)
from contracts.tables import RECIPIENTS
from tests.lambdas.notifier.cases import a_person

SUBSCRIPTION = {"endpoint": "https://push.example.com/1", "keys": {"p256dh": "k", "auth": "a"}}
WRITTEN: dict[str, Any] = {
    "store_id": "store-1",
    "person_id": "person-1",
    "roles": ["manager"],
    "is_inside": True,
    "language": "es",
    "time_zone": "Europe/Madrid",
    "channels": [
        {"kind": "sms", "address": "+14155550100", "minimum_severity": "high"},
        {"kind": "push", "address": SUBSCRIPTION},
        {"kind": "email", "address": "person-1@example.com"},
        {"kind": "sns", "address": "arn:aws:sns:us-east-1:123456789012:alerts"},
    ],
    "quiet_hours": {"sunday": ["00:00-24:00"]},
    "quiet_breaks_at": "medium",
    "most_per_shift": 5,
    "shift_hours": 6,
}


def test_a_recipient_is_read_as_written() -> None:
    """Every field has its place; a subscription may be the browser's own table."""
    recipient = read_recipient(WRITTEN)
    assert (recipient.language, recipient.time_zone, recipient.is_inside) == ("es", "Europe/Madrid", True)
    assert recipient.channels[0] == Channel(kind="sms", address="+14155550100", minimum_severity="high")
    assert json.loads(recipient.channels[1].address) == SUBSCRIPTION
    assert (recipient.quiet_breaks_at, recipient.most_per_shift, recipient.shift_hours) == ("medium", 5, 6)


def test_defaults() -> None:
    """Nobody is inside by default; 20 messages in 8 hours; high breaks quiet hours."""
    recipient = read_recipient({name: WRITTEN[name] for name in ("store_id", "person_id", "roles", "channels")})
    assert (recipient.is_inside, recipient.language) == (False, "en")
    assert (recipient.most_per_shift, recipient.shift_hours, recipient.quiet_breaks_at) == (20, 8, "high")


def test_a_recipient_comes_back_from_the_table_as_it_was() -> None:
    """Item and recipient say the same, and the item has the columns of the contract."""
    for recipient in (read_recipient(WRITTEN), a_person(1), replace(a_person(2), store_id="*")):
        item = recipient_item(recipient)
        assert recipient_of(item) == recipient
        assert set(item) == {column.name for column in RECIPIENTS.columns}
        assert "person_id" not in item["body"]


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"person_id": "two words"}, "person_id"),
        ({"store_id": "a b"}, "store_id"),
        ({"roles": []}, "roles"),
        ({"language": "fr"}, "language"),
        ({"time_zone": "Mars/Base"}, "time_zone"),
        ({"is_inside": "yes"}, "is_inside"),
        ({"channels": []}, "channels"),
        ({"channels": [3]}, "channels[0].kind"),
        ({"channels": [{"kind": "fax", "address": "1"}]}, "channels[0].kind"),
        ({"channels": [{"kind": "email"}]}, "channels[0].address"),
        ({"channels": [{"kind": "email", "address": "a b@example.com"}]}, "channels[0].address"),
        ({"channels": [{"kind": "email", "address": "a@example"}]}, "channels[0].address"),
        ({"channels": [{"kind": "sms", "address": "0170 1234567"}]}, "channels[0].address"),
        ({"channels": [{"kind": "sns", "address": "alerts"}]}, "channels[0].address"),
        ({"channels": [{"kind": "push", "address": {"endpoint": "http://push.example.com"}}]}, "channels[0].address"),
        ({"channels": [{"kind": "push", "address": "no json"}]}, "channels[0].address"),
        ({"channels": [{"kind": "email", "address": "a@example.com", "colour": 1}]}, "channels[0].colour"),
        ({"channels": [{**WRITTEN["channels"][2], "minimum_severity": "awful"}]}, "channels[0].minimum_severity"),
        ({"channels": [WRITTEN["channels"][2]] * 2}, "channels"),
        ({"quiet_hours": {"someday": ["00:00-06:00"]}}, "quiet_hours"),
        ({"quiet_hours": {"monday": ["22:00-06:00"]}}, "quiet_hours"),
        ({"quiet_breaks_at": "never"}, "quiet_breaks_at"),
        ({"most_per_shift": 0}, "most_per_shift"),
        ({"shift_hours": 25}, "shift_hours"),
        ({"nickname": "x"}, "nickname"),
    ],
)
def test_each_problem_is_named_with_its_cure(changes: dict[str, Any], place: str) -> None:
    """What was expected, what came, and what to do; for logs only where it is."""
    with pytest.raises(RecipientError) as raised:
        read_recipient({**WRITTEN, **changes})
    (problem,) = raised.value.problems
    assert f"{place}: expected" in problem
    assert "came" in problem
    assert raised.value.places()[0].endswith(place)


def test_every_problem_is_told_at_once() -> None:
    """One run, one list, and no address in it: messages end up in logs."""
    with pytest.raises(RecipientError) as raised:
        read_recipient({**WRITTEN, "language": "fr", "roles": [], "channels": [{"kind": "email"}, {"kind": "sms"}]})
    assert len(raised.value.problems) == 4
    with pytest.raises(RecipientError) as odd:
        read_recipient({**WRITTEN, "channels": [{"kind": "email", "address": "secret@@example.com"}]})
    assert "secret" not in str(odd.value)


@pytest.mark.parametrize("body", ["no json", "[]"])
def test_an_item_without_a_body_is_refused(body: str) -> None:
    """The table may be written by hand."""
    with pytest.raises(RecipientError, match="body: expected"):
        recipient_of({**recipient_item(a_person(1)), "body": body})
