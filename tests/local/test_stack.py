"""The real stack: each service answers, and the environment points any AWS client to it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from local.errors import StackError
from local.flink import Flink
from local.stack import Stack
from local.waiting import wait_until

pytestmark = pytest.mark.e2e


def test_kinesis_gives_back_what_was_put(stack: Stack) -> None:
    """A record put into a stream of two shards is read from the shard that took it."""
    kinesis = stack.boto3_client("kinesis")
    stack.create_stream("round-trip", shards=2)
    put = kinesis.put_record(StreamName="round-trip", Data=b"a snapshot", PartitionKey="store-1/device-1")
    iterator = kinesis.get_shard_iterator(
        StreamName="round-trip", ShardId=put["ShardId"], ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    assert [record["Data"] for record in kinesis.get_records(ShardIterator=iterator)["Records"]] == [b"a snapshot"]


def test_dynamodb_gives_back_what_was_put(stack: Stack) -> None:
    """An item put into a new table is read by its key."""
    dynamodb = stack.boto3_client("dynamodb")
    dynamodb.create_table(
        TableName="round-trip",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    item = {"pk": {"S": "store-1"}, "count": {"N": "3"}}
    dynamodb.put_item(TableName="round-trip", Item=item)
    assert dynamodb.get_item(TableName="round-trip", Key={"pk": {"S": "store-1"}})["Item"] == item


def test_s3_and_glue_give_back_what_was_put(stack: Stack) -> None:
    """Both live in moto."""
    s3, glue = stack.boto3_client("s3"), stack.boto3_client("glue")
    s3.create_bucket(Bucket="round-trip")
    s3.put_object(Bucket="round-trip", Key="a/b", Body=b"parquet")
    assert s3.get_object(Bucket="round-trip", Key="a/b")["Body"].read() == b"parquet"
    glue.create_database(DatabaseInput={"Name": "round_trip"})
    assert glue.get_database(Name="round_trip")["Database"]["Name"] == "round_trip"


def test_flink_offers_its_slots(stack: Stack) -> None:
    """One TaskManager has registered its slots: as many as a job's parallelism, so that all its memory is used."""
    overview = stack.flink.get("/overview")
    assert (overview["taskmanagers"], overview["slots-total"]) == (1, 2)


def test_the_environment_points_a_plain_boto3_client_to_the_stack(stack: Stack) -> None:
    """A program that knows nothing of us, such as the edge, reaches the stack by its environment alone."""
    program = "import boto3; print(boto3.client('kinesis').meta.endpoint_url, boto3.client('s3').meta.endpoint_url)"
    environment = {"PATH": os.environ["PATH"], **stack.environment}
    ended = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert ended.stdout.split() == [stack.endpoints.kinesis, stack.endpoints.moto]


def test_a_program_without_a_job_is_refused_with_its_output(stack: Stack, tmp_path: Path) -> None:
    """The message carries what the program said."""
    entry = tmp_path / "nothing_to_do.py"
    entry.write_text("print('the shop is closed')\n")
    with pytest.raises(StackError, match=r"nothing_to_do\.py to submit a job(.|\n)*the shop is closed"):
        stack.flink.submit(entry)


COUNTING_JOB = """
import sys
from pyflink.table import EnvironmentSettings, TableEnvironment

tables = TableEnvironment.create(EnvironmentSettings.in_streaming_mode())
tables.execute_sql(
    "CREATE TABLE numbers (n BIGINT) WITH"
    " ('connector' = 'datagen', 'rows-per-second' = '50', 'fields.n.kind' = 'random')"
)
tables.execute_sql("CREATE TABLE nowhere (n BIGINT) WITH ('connector' = 'blackhole')")
tables.execute_sql("INSERT INTO nowhere SELECT n FROM numbers")
"""


@pytest.fixture(scope="module")
def counting_job(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A job that counts without end, running."""
    entry = tmp_path_factory.mktemp("job") / "counting.py"
    entry.write_text(COUNTING_JOB)
    job_id = stack.flink.submit(entry)
    stack.flink.wait_until_running(job_id)
    return job_id


def test_a_job_is_watched_through_a_crash_and_stopped_with_a_savepoint(stack: Stack, counting_job: str) -> None:
    """Figures rise, a killed TaskManager costs a restart from a checkpoint, and the end is orderly."""
    flink: Flink = stack.flink
    wait_until(
        lambda: flink.metrics(counting_job).source_records_out > 0 and flink.checkpoints(counting_job).completed > 0,
        seconds=60,
        expected="rows and a checkpoint",
        cure="",
    )
    assert (flink.restarts(counting_job), flink.exceptions(counting_job)) == (0, ())

    stack.restart("flink-taskmanager")
    wait_until(
        lambda: flink.restarts(counting_job) > 0 and flink.state(counting_job) == "RUNNING",
        seconds=120,
        expected="the job to run again",
        cure="",
    )
    flink.wait_until_running(counting_job)
    assert flink.checkpoints(counting_job).restored >= 1
    assert flink.exceptions(counting_job)

    savepoint = flink.stop_with_savepoint(counting_job, stack.run_directory / "savepoints")
    assert savepoint.startswith((stack.run_directory / "savepoints").as_uri().replace("file:///", "file:/"))
    assert flink.state(counting_job) == "FINISHED"
