"""The definitions as requests to Amazon Quick Sight's API, checked without a cloud.

Every function here is pure: definitions in, the parameters of an API call out, as boto3 and CloudFormation take them.
"""

from typing import Any, TypeAlias

Json: TypeAlias = dict[str, Any]
"""Part of a request, named as Quick Sight's API names it."""

__all__ = ["Json"]
