"""A URL is given to who may see something, after the groups are exactly those of the token, or not at all."""

from __future__ import annotations

import datetime as dt

import pytest

from lambdas.dashboards.errors import (
    BusyError,
    DashboardError,
    NoScopeError,
    NotReaderError,
    OutOfScopeError,
    QuickSightError,
    UnknownDashboardError,
)
from lambdas.dashboards.opening import Opening
from lambdas.dashboards.viewer import Viewer, viewer_of
from tests.lambdas.dashboards.conftest import (
    NOW,
    REGISTRATION,
    SUBJECT,
    URL,
    USER,
    USER_NAME,
    VIEWERS,
    QuickSight,
    claims,
)

STORE = "store-traffic-store-store-001"
OTHER = "store-traffic-store-store-002"
ANNA = viewer_of(claims())
NOBODY = viewer_of(claims(**{"cognito:groups": "shift_lead"}))
REGIONAL = viewer_of(claims(**{"cognito:groups": "regional_manager", "custom:region": "Süd West"}))
CHAIN = viewer_of(claims(**{"cognito:groups": "chain_manager"}))


def test_a_known_reader_gets_a_url_that_opens_within_five_minutes(service: QuickSight) -> None:
    """Groups that are right already are left alone."""
    service.knows(STORE, VIEWERS)
    service.gives()
    made = service.embedding().embed_url(ANNA, "queues")
    assert made.url == URL
    assert made.expires_at == NOW + dt.timedelta(minutes=5)


def test_somebody_new_is_registered_as_a_reader_of_the_role(service: QuickSight) -> None:
    """The session is the person's id, never the address: an address may be another's one day."""
    service.fails("describe_user", "ResourceNotFoundException", UserName=USER_NAME)
    service.stubber.add_response("register_user", USER, REGISTRATION)
    service.lists()
    service.joins(STORE)
    service.joins(VIEWERS)
    service.gives()
    assert service.embedding().embed_url(ANNA, "queues").url == URL


def test_who_lost_a_store_leaves_its_group_before_joining_another(service: QuickSight) -> None:
    """Out first, then in: at no instant does the person see both. Groups of others' are left alone."""
    service.knows("finance", OTHER, VIEWERS)
    service.leaves(OTHER)
    service.joins(STORE)
    service.gives()
    service.embedding().embed_url(ANNA, "queues")


def test_groups_on_later_pages_are_left_too(service: QuickSight) -> None:
    """A list in pages is read to its end."""
    service.answers("describe_user", USER, UserName=USER_NAME)
    first = {"GroupList": [{"GroupName": STORE}], "NextToken": "more"}
    service.answers("list_user_groups", first, UserName=USER_NAME)
    second = {"GroupList": [{"GroupName": VIEWERS}, {"GroupName": "store-traffic-chain"}]}
    service.answers("list_user_groups", second, UserName=USER_NAME, NextToken="more")
    service.leaves("store-traffic-chain")
    service.gives()
    service.embedding().embed_url(ANNA, "queues")


@pytest.mark.parametrize(
    ("viewer", "group"), [(CHAIN, "store-traffic-chain"), (REGIONAL, "store-traffic-region-Süd West")]
)
def test_the_chain_and_a_region_have_groups_of_their_own(service: QuickSight, viewer: Viewer, group: str) -> None:
    """The name of a region stands in its group as it is written, as the view has it."""
    service.knows(STORE, VIEWERS)
    service.leaves(STORE)
    service.joins(group)
    service.gives()
    service.embedding().embed_url(viewer, "queues")


def test_a_missing_group_is_created_and_joined(service: QuickSight) -> None:
    """The first person of a new store finds no group yet."""
    service.knows(VIEWERS)
    service.fails("create_group_membership", "ResourceNotFoundException", GroupName=STORE, MemberName=USER_NAME)
    service.answers("create_group", {}, GroupName=STORE, Description="Store traffic: who sees which rows")
    service.joins(STORE)
    service.gives()
    service.embedding().embed_url(ANNA, "queues")


def test_what_another_request_did_meanwhile_is_no_error(service: QuickSight) -> None:
    """Registered, left, created and joined by a second page at the same time: all is as it should be."""
    service.fails("describe_user", "ResourceNotFoundException", UserName=USER_NAME)
    service.stubber.add_client_error("register_user", "ResourceExistsException", expected_params=REGISTRATION)
    service.knows(OTHER, VIEWERS)
    service.fails("delete_group_membership", "ResourceNotFoundException", GroupName=OTHER, MemberName=USER_NAME)
    service.fails("create_group_membership", "ResourceNotFoundException", GroupName=STORE, MemberName=USER_NAME)
    described = "Store traffic: who sees which rows"
    service.fails("create_group", "ResourceExistsException", GroupName=STORE, Description=described)
    service.fails("create_group_membership", "ResourceExistsException", GroupName=STORE, MemberName=USER_NAME)
    service.gives()
    assert service.embedding().embed_url(ANNA, "queues").url == URL


def test_no_url_and_no_new_group_when_an_old_one_cannot_be_left(service: QuickSight) -> None:
    """A right that could not be taken away stops everything."""
    service.knows(OTHER)
    service.fails("delete_group_membership", "AccessDeniedException", 401, GroupName=OTHER, MemberName=USER_NAME)
    with pytest.raises(QuickSightError, match=r"take a user out of a group.*AccessDenied.*dashboards-access.md"):
        service.embedding().embed_url(ANNA, "queues")


def test_no_url_when_a_group_cannot_be_joined(service: QuickSight) -> None:
    """Half of the rights would look like a store without customers."""
    service.knows(VIEWERS)
    service.fails("create_group_membership", "ThrottlingException", 429, GroupName=STORE, MemberName=USER_NAME)
    with pytest.raises(BusyError, match="ask again in a minute"):
        service.embedding().embed_url(ANNA, "queues")


@pytest.mark.parametrize("role", ["ADMIN", "AUTHOR", "AUTHOR_PRO"])
def test_a_user_that_may_do_more_than_read_gets_no_url(service: QuickSight, role: str) -> None:
    """Owners of data sets see every row, whatever group they are in."""
    service.answers("describe_user", {"User": {**USER["User"], "Role": role}}, UserName=USER_NAME)
    with pytest.raises(NotReaderError, match=f"came {role}.*make it a reader"):
        service.embedding().embed_url(ANNA, "queues")


def test_who_may_see_nothing_leaves_all_of_our_groups_and_is_refused(service: QuickSight) -> None:
    """A page that is still open shows nothing from then on; nobody new is registered."""
    service.knows(STORE, VIEWERS, "finance")
    service.leaves(STORE)
    service.leaves(VIEWERS)
    with pytest.raises(NoScopeError, match="ask an administrator"):
        service.embedding().embed_url(NOBODY, "queues")
    service.fails("describe_user", "ResourceNotFoundException", UserName=USER_NAME)
    with pytest.raises(NoScopeError):
        service.embedding().embed_url(NOBODY, "queues")


def test_an_unknown_dashboard_names_the_nearest(service: QuickSight) -> None:
    """Quick Sight is not asked."""
    with pytest.raises(UnknownDashboardError, match=r"came 'queue'; did you mean queues\?"):
        service.embedding().embed_url(ANNA, "queue")
    with pytest.raises(UnknownDashboardError, match="there are regional-overview, queues"):
        service.embedding().embed_url(ANNA, "../admin")


@pytest.mark.parametrize(
    ("viewer", "opening"),
    [
        (ANNA, Opening(store="store-002")),
        (ANNA, Opening(store="store-001,store-002")),
        (ANNA, Opening(store="[ALL]")),
        (ANNA, Opening(store="")),
        (ANNA, Opening(store="*")),
        (ANNA, Opening(region="Süd West")),
        (REGIONAL, Opening(region="Nord")),
        (REGIONAL, Opening(region="Süd West", store="store-009")),
        (REGIONAL, Opening(store="store-001")),
    ],
)  # fmt: skip
def test_a_dashboard_does_not_begin_outside_of_the_scope(service: QuickSight, viewer: Viewer, opening: Opening) -> None:
    """Another store's id in a parameter is refused before Quick Sight is asked anything."""
    with pytest.raises(OutOfScopeError):
        service.embedding().embed_url(viewer, "queues", opening)


def test_own_values_stand_behind_the_hash_of_the_address(service: QuickSight) -> None:
    """Written so that no value can add another parameter."""
    service.knows("store-traffic-region-Süd West", VIEWERS)
    service.gives()
    opening = Opening(region="Süd West", period="2026-11", compare_with="year before")
    made = service.embedding().embed_url(REGIONAL, "queues", opening)
    expected = "#p.region=S%C3%BCd%20West&p.period=2026-11&p.compareWith=year%20before"
    assert made.url == URL + expected


def test_who_sees_the_chain_may_begin_with_any_store(service: QuickSight) -> None:
    """All is within the chain; and `&` in a name stays in its value."""
    service.knows("store-traffic-chain", VIEWERS)
    service.gives()
    made = service.embedding().embed_url(CHAIN, "queues", Opening(store="a&p.store=b"))
    assert made.url.endswith("#p.store=a%26p.store%3Db")


@pytest.mark.parametrize(
    ("code", "kind", "cure"),
    [
        ("QuickSightUserNotFoundException", QuickSightError, "ask again"),
        ("UnsupportedPricingPlanException", QuickSightError, "under prices"),
        ("UnsupportedUserEditionException", QuickSightError, "Enterprise"),
        ("ResourceNotFoundException", QuickSightError, "deploy the dashboards"),
        ("SomethingNewException", QuickSightError, "see the cause"),
        ("InternalFailureException", BusyError, "ask again in a minute"),
    ],
)
def test_each_refusal_of_quick_sight_says_what_to_do(
    service: QuickSight, code: str, kind: type[DashboardError], cure: str
) -> None:
    """The words of the service stay in the cause: they may hold names of others."""
    service.knows(STORE, VIEWERS)
    service.stubber.add_client_error("generate_embed_url_for_registered_user", code, "words of the service")
    with pytest.raises(kind, match=cure) as refused:
        service.embedding().embed_url(ANNA, "queues")
    assert "words of the service" not in str(refused.value)
    assert code in str(refused.value)


def test_one_line_tells_who_opened_what_and_never_the_url(service: QuickSight) -> None:
    """The log is read by more people than the dashboard: no URL, no address."""
    service.knows(STORE, VIEWERS)
    service.gives()
    made = service.embedding().embed_url(ANNA, "queues", Opening(store="store-001"))
    (line,) = service.lines()
    assert {name: line[name] for name in ("message", "audit", "subject", "scopes", "dashboard", "opening")} == {
        "message": "dashboard opened",
        "audit": True,
        "subject": SUBJECT,
        "scopes": ["store:store-001"],
        "dashboard": "queues",
        "opening": {"store": "store-001"},
    }
    written = service.log.getvalue() + repr(made) + repr(ANNA)
    assert "secret" not in written
    assert "anna@example.com" not in written


def test_a_refusal_is_in_the_log_too(service: QuickSight) -> None:
    """Who tries another's store is seen."""
    with pytest.raises(OutOfScopeError):
        service.embedding().embed_url(ANNA, "queues", Opening(store="store-002"))
    (line,) = service.lines()
    assert (line["message"], line["subject"], line["reason"]) == ("dashboard refused", SUBJECT, "OutOfScopeError")
