"""Questions in natural language: what columns and figures are called, what they mean, and what must not be added up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from quicksight.api import Json
from quicksight.api.account import Account
from quicksight.api.calculations import Calculations
from quicksight.api.data_sets import Rows, rows_of
from quicksight.api.formats import unit_word
from quicksight.api.permissions import ASK_TOPIC, granted
from quicksight.api.trust import POOR_COVERAGE
from quicksight.api.typed import input_type
from quicksight.model.dashboards import COMPARISONS
from quicksight.model.data_sets import DataSet
from quicksight.model.expressions import Sum, aggregates_of
from quicksight.model.measures import Measure
from storeq.questions import Library

TOPIC = "store-traffic"
_KIND_ASKED_OF = {"season": "season"}
"""Kind of period that questions of a data set are about; months for all others, so that nothing is counted twice."""
_INSTRUCTIONS = """Figures are about shoppers, counted by cameras; nobody is recognised.
Say the period with every figure. Unless another is asked for, take the latest month.
"No data" is not zero: say that nothing is known. A figure may be hidden because fewer than five people stand behind it.
Watched is the share of the open time that cameras saw. Below 80 per cent, say that the figure is to be taken with care.
A mean, a share or a percentile of several stores is worked out from their sums: never average them.
Waits and dwell are in minutes. A region is a group of stores. An aisle is a zone of goods; a lane is a checkout."""
_DESCRIPTION_LENGTH = 500


def topic_request(data_sets: Iterable[DataSet], library: Library, account: Account) -> Json:
    """Return the parameters of `create_topic` over data sets; those asked directly are left to their dashboard."""
    imported = [data_set for data_set in data_sets if not data_set.refresh.is_direct]
    return {
        "AwsAccountId": account.account_id,
        "TopicId": account.identifier(TOPIC),
        "Topic": {
            "Name": "Store traffic",
            "Description": "Visitors, waits, aisles, seasons, alerts and coverage of the stores that you may see",
            "UserExperienceVersion": "NEW_READER_EXPERIENCE",
            "DataSets": [_data_set(data_set, rows_of(data_set, library, account), account) for data_set in imported],
        },
        "CustomInstructions": {"CustomInstructionsString": _INSTRUCTIONS},
    }


def topic_permissions_request(account: Account) -> Json:
    """Return the parameters of `update_topic_permissions`: all readers may ask, each sees the own rows."""
    grants = granted(account, "Topic", readers=ASK_TOPIC)["Permissions"]
    return {
        "AwsAccountId": account.account_id,
        "TopicId": account.identifier(TOPIC),
        "GrantPermissions": grants,
    }


def _data_set(data_set: DataSet, rows: Rows, account: Account) -> Json:
    said: Json = {
        "DatasetArn": account.arn("dataset", data_set.name),
        "DatasetName": data_set.title,
        "DatasetDescription": " ".join(measure.doc + "." for measure in data_set.measures)[:256],
        "Filters": [*_filters(data_set)],
        "Columns": [_column(data_set, rows, name) for name in rows.columns],
        "CalculatedFields": [*_calculated_fields(data_set)],
    }
    if data_set.dated is not None:
        said["DataAggregation"] = {"DatasetRowDateGranularity": "DAY", "DefaultDateColumnName": data_set.dated}
    return said


def _column(data_set: DataSet, rows: Rows, name: str) -> Json:
    type_, doc = rows.columns[name]
    is_number = input_type(f"{data_set.name}.{name}", type_) in ("INTEGER", "DECIMAL")
    said: Json = {
        "ColumnName": name,
        "ColumnFriendlyName": name.replace("_", " ").capitalize(),
        "ColumnDescription": doc[:_DESCRIPTION_LENGTH],
        "ColumnSynonyms": list(data_set.synonyms.get(name, ())),
        "ColumnDataRole": "MEASURE" if is_number and name in _summed(data_set) else "DIMENSION",
        "IsIncludedInTopic": name != "scope",
    }
    if is_number and name in _summed(data_set):
        return said | {"Aggregation": "SUM"}
    if is_number:
        return said | {"NonAdditive": True, "NotAllowedAggregations": ["SUM", "AVERAGE"]}
    return said


def _summed(data_set: DataSet) -> frozenset[str]:
    """Return the columns that may be added up: those whose sum a figure is made of."""
    return frozenset(
        aggregate.column
        for measure in data_set.measures
        for expression in measure.expressions()
        for aggregate in aggregates_of(expression)
        if isinstance(aggregate, Sum)
    )


def _calculated_fields(data_set: DataSet) -> Iterator[Json]:
    calculations = Calculations()
    names = {calculations.measure(data_set, measure).value: measure for measure in data_set.measures}
    for field in calculations.rendered():
        if field["Name"] in names:
            yield _figure(names[field["Name"]], field["Name"], field["Expression"])


def _figure(measure: Measure, name: str, expression: str) -> Json:
    word = unit_word(measure.unit)
    said: Json = {
        "CalculatedFieldName": name,
        "CalculatedFieldDescription": f"{measure.doc}{f', in {word}' if word else ''}"[:_DESCRIPTION_LENGTH],
        "Expression": expression,
        "CalculatedFieldSynonyms": [*measure.synonyms, *((measure.title,) if name != measure.title else ())],
        "IsIncludedInTopic": True,
        "ColumnDataRole": "MEASURE",
        "DefaultFormatting": {"DisplayFormat": "PERCENT" if measure.unit in ("share", "change") else "NUMBER"},
        "NonAdditive": not isinstance(measure.expression, Sum),
    }
    if measure.better is not None:
        order = "GREATER_IS_BETTER" if measure.better == "higher" else "LESSER_IS_BETTER"
        said["ComparativeOrder"] = {"UseOrdering": order}
    return said


def _filters(data_set: DataSet) -> Iterator[Json]:
    """Give what keeps answers from counting twice, and what a person may ask for by name."""
    if "compare_with" in data_set.columns:
        yield _enforced("Compared with a year before", "compare_with", COMPARISONS[0])
    if "period_id" in data_set.columns or data_set.dated is not None:
        kind = _KIND_ASKED_OF.get(data_set.name, "month")
        yield _enforced(f"By {kind}", "period_kind", kind)
    if data_set.owner == "level":
        yield _named("Chain as a whole", ("whole chain", "all stores together"), "level", "chain")
        yield _named("Single stores", ("each store", "by store"), "level", "store")
    if "coverage" in data_set.columns:
        yield _well_watched()


def _enforced(name: str, column: str, value: str) -> Json:
    return _category(name, column, value) | {"FilterClass": "ENFORCED_VALUE_FILTER"}


def _named(name: str, synonyms: tuple[str, ...], column: str, value: str) -> Json:
    return _category(name, column, value) | {"FilterClass": "NAMED_VALUE_FILTER", "FilterSynonyms": list(synonyms)}


def _category(name: str, column: str, value: str) -> Json:
    constant = {"ConstantType": "SINGULAR", "SingularConstant": value}
    return {
        "FilterName": name,
        "FilterDescription": f"Only rows whose {column.replace('_', ' ')} is {value}",
        "OperandFieldName": column,
        "FilterType": "CATEGORY_FILTER",
        "CategoryFilter": {
            "CategoryFilterFunction": "EXACT",
            "CategoryFilterType": "CUSTOM_FILTER",
            "Constant": constant,
            "Inverse": False,
        },
    }


def _well_watched() -> Json:
    limits = {"Minimum": str(POOR_COVERAGE), "Maximum": "1"}
    return {
        "FilterName": "Well watched",
        "FilterDescription": "Only rows of which at least 80 per cent of the time was watched",
        "FilterSynonyms": ["reliable", "trustworthy", "good coverage"],
        "FilterClass": "NAMED_VALUE_FILTER",
        "OperandFieldName": "coverage",
        "FilterType": "NUMERIC_RANGE_FILTER",
        "NumericRangeFilter": {
            "Inclusive": True,
            "Constant": {"ConstantType": "RANGE", "RangeConstant": limits},
            "Aggregation": "NO_AGGREGATION",
        },
    }
