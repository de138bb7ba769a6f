"""Glue's optimisers: set from the contract, and never beside a compaction of ours."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from contracts.tables import LAKE_TABLES, TRAFFIC_MINUTE
from glue.maintenance.optimizers import Optimizer, Optimizers, TwoCompactorsError, configurations

ROLE = "arn:aws:iam::123456789012:role/lake-optimizer"
NAMED = {"CatalogId": "123456789012", "DatabaseName": "store_traffic", "TableName": TRAFFIC_MINUTE.name}


@pytest.fixture
def optimizers() -> Optimizers:
    """Optimisers of the cloud; whoever asks it must stub the answers."""
    client = boto3.client("glue", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
    return Optimizers(client, NAMED["CatalogId"], NAMED["DatabaseName"])


def test_missing_optimisers_are_created_and_others_updated(optimizers: Optimizers) -> None:
    """Rule: what lacks is created, what differs updated, what is so left alone; botocore checks the form."""
    wanted = configurations(TRAFFIC_MINUTE, role_arn=ROLE)
    with Stubber(optimizers.client) as cloud:
        cloud.add_client_error("get_table_optimizer", "EntityNotFoundException", expected_params=_of("compaction"))
        set_to = _of("compaction") | {"TableOptimizerConfiguration": wanted["compaction"]}
        cloud.add_response("create_table_optimizer", {}, set_to)
        cloud.add_response("get_table_optimizer", _answer({"enabled": False}), _of("retention"))
        set_to = _of("retention") | {"TableOptimizerConfiguration": wanted["retention"]}
        cloud.add_response("update_table_optimizer", {}, set_to)
        cloud.add_response("get_table_optimizer", _answer(wanted["orphan_file_deletion"]), _of("orphan_file_deletion"))
        done = list(optimizers.enable(TRAFFIC_MINUTE, role_arn=ROLE))
        cloud.assert_no_pending_responses()
    assert done == [
        Optimizer(TRAFFIC_MINUTE.name, "compaction", "created"),
        Optimizer(TRAFFIC_MINUTE.name, "retention", "updated"),
        Optimizer(TRAFFIC_MINUTE.name, "orphan_file_deletion", "none"),
    ]


def test_tables_are_compacted_in_their_order() -> None:
    """Rule: Glue sorts as the contract does, so that a reader of one store skips the rest."""
    for table in LAKE_TABLES:
        compaction = configurations(table, role_arn=ROLE)["compaction"]
        assert compaction["compactionConfiguration"]["icebergConfiguration"]["strategy"] == "sort"


@pytest.mark.parametrize(("configuration", "is_compacting"), [({"enabled": True}, True), ({"enabled": False}, False)])
def test_a_table_that_glue_compacts_is_refused(
    optimizers: Optimizers, configuration: dict[str, Any], *, is_compacting: bool
) -> None:
    """Rule: never two compactors: the message says how to choose."""
    with Stubber(optimizers.client) as cloud:
        for _ in range(2):
            cloud.add_response("get_table_optimizer", _answer(configuration), _of("compaction"))
        assert optimizers.is_compacting(TRAFFIC_MINUTE) == is_compacting
        if is_compacting:
            with pytest.raises(TwoCompactorsError, match="leave it to Glue, or turn the optimiser off"):
                optimizers.require_no_compaction(TRAFFIC_MINUTE)
        else:
            optimizers.require_no_compaction(TRAFFIC_MINUTE)


@pytest.mark.parametrize("code", ["AccessDeniedException", "InternalServiceException", "500"])
def test_not_to_know_is_no_leave(optimizers: Optimizers, code: str) -> None:
    """Rule: in the cloud, an error about the optimiser stops compaction, as it may be on."""
    with Stubber(optimizers.client) as cloud:
        cloud.add_client_error("get_table_optimizer", code)
        with pytest.raises(ClientError):
            optimizers.require_no_compaction(TRAFFIC_MINUTE)


def test_a_double_without_optimisers_has_none(cloud: str) -> None:
    """Rule: moto knows no optimisers and answers 500 without a name: nothing compacts there."""
    client = boto3.client("glue", endpoint_url=cloud, config=Config(retries={"total_max_attempts": 1}))
    Optimizers(client, NAMED["CatalogId"], NAMED["DatabaseName"]).require_no_compaction(TRAFFIC_MINUTE)


def _of(kind: str) -> dict[str, Any]:
    return NAMED | {"Type": kind}


def _answer(configuration: Any) -> dict[str, Any]:
    return {"TableOptimizer": {"configuration": configuration}}
