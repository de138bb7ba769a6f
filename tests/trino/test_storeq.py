"""Trino, over its address: the same statements, the same answers. Runs when Trino is asked for (`make test-trino`)."""

from __future__ import annotations

import datetime as dt
from urllib.parse import urlsplit

import pyarrow as pa
import pytest

from contracts.tables import PEAK, PERIOD, STORE
from glue.lake import Lake
from local.trino import CATALOG
from local.trino import Trino as Server
from storeq.compile import Place, compile_question, compile_read
from storeq.engines.catalog import Catalog
from storeq.engines.duckdb import DuckDB
from storeq.engines.trino import Trino, to_arrow
from storeq.errors import EngineError, MissingTablesError
from storeq.ordering import date_column
from storeq.reading import TableRead
from storeq.resolve import resolve
from storeq.scope import Scope
from tests.storeq.asking import HOLIDAYS, LIBRARY, NAMES, answer

pytestmark = pytest.mark.trino


@pytest.fixture(scope="module")
def trino(trino_server: Server, lake: Lake) -> Trino:
    """The engine over the session's Trino."""
    address = urlsplit(trino_server.url)
    return Trino(str(address.hostname), int(address.port or 0), "storeq", Place(lake.database, CATALOG))


@pytest.mark.parametrize("name", NAMES)
def test_trino_answers_as_duckdb_does(trino: Trino, lake: Lake, name: str) -> None:
    """Each question, of asked dates and a store where it has any, is the same on both engines."""
    question = LIBRARY.find(name)
    has_dates = question.reads(PERIOD) or question.reads(PEAK) or date_column(question) is not None
    scope = Scope(period=HOLIDAYS if has_dates else None, stores=("berlin-1", "pune-1"))
    assert answer(trino, name, scope) == answer(DuckDB(Catalog(lake)), name, scope)


def test_names_are_looked_up(trino: Trino) -> None:
    """A region becomes its stores, a period its dates."""
    found = resolve(Scope(region="north", period_name="season"), trino)
    assert found.stores == ("berlin-1", "hamburg-1")
    assert found.periods


def test_what_a_person_says_stays_a_literal(trino: Trino) -> None:
    """Quotes, backslashes, comments and lines in a name find nothing, and do nothing."""
    said = ("x' OR '1'='1", "x\\' --", "x\ny", "/* x */", "\u2019")
    statement = compile_question(LIBRARY.find("journey"), Scope(stores=said), trino.place)
    assert trino.run(statement).rows.num_rows == 0


def test_a_missing_table_is_named(trino: Trino) -> None:
    """A schema without tables is told by the table that is missing, with the cure."""
    elsewhere = Trino(trino.host, trino.port, trino.user, Place("nowhere", CATALOG))
    with pytest.raises(MissingTablesError, match="python -m glue apply") as told:
        elsewhere.run(compile_read(TableRead(STORE, ("store_id",)), elsewhere.place))
    assert told.value.tables == ("store_v1",)


def test_a_trino_that_does_not_answer_is_told() -> None:
    """An address where nothing answers is an error in words, with the option that names another."""
    silent = Trino("127.0.0.1", 9, "storeq", Place("store_traffic", CATALOG))
    with pytest.raises(EngineError, match=r"Trino does not answer at http://127.0.0.1:9.*--trino-host"):
        silent.run(compile_read(TableRead(STORE, ("store_id",)), silent.place))


def test_rows_get_the_types_that_trino_names() -> None:
    """Counts stay whole, dates dates and instants instants in UTC, also where every value is null."""
    types = ("bigint", "double", "varchar(3)", "date", "timestamp(6) with time zone", "boolean", "integer")
    description = [(f"column_{number}", name) for number, name in enumerate(types)]
    noon = dt.datetime(2026, 3, 4, 12, tzinfo=dt.timezone(dt.timedelta(hours=1)))
    rows = to_arrow(description, [[1, 0.5, "abc", dt.date(2026, 3, 4), noon, True, 2], [None] * 7])
    assert rows.schema.types == [
        pa.int64(),
        pa.float64(),
        pa.string(),
        pa.date32(),
        pa.timestamp("us", tz="UTC"),
        pa.bool_(),
        pa.int32(),
    ]
    assert rows["column_4"][0].as_py() == noon
    assert to_arrow(description, []).num_rows == 0
