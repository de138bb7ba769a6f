"""The dashboards, one file each, and the data sets that they share."""

from quicksight.dashboards.aisles import AISLES
from quicksight.dashboards.data_quality import DATA_QUALITY
from quicksight.dashboards.queues import QUEUES
from quicksight.dashboards.regional_overview import REGIONAL_OVERVIEW
from quicksight.dashboards.safety import SAFETY
from quicksight.dashboards.seasons import SEASONS
from quicksight.dashboards.store_today import STORE_TODAY
from quicksight.dashboards.weekly import WEEKLY

DASHBOARDS = (REGIONAL_OVERVIEW, SEASONS, QUEUES, AISLES, SAFETY, STORE_TODAY, DATA_QUALITY, WEEKLY)

__all__ = ["DASHBOARDS"]
