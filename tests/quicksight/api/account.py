"""An account for tests: what is rendered must not depend on where it is rendered."""

from quicksight.api.account import Account

ACCOUNT = Account(
    account_id="111122223333",
    region="eu-central-1",
    workgroup="store-traffic",
    database="store_traffic",
    owners=("arn:aws:quicksight:eu-central-1:111122223333:group/default/store-traffic-owner",),
)
