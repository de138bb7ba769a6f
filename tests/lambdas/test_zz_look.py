from tests.lambdas.conftest import *
from tests.lambdas.alerts_command.test_alerts_command import command, rule_file, NOW_MS, LATER_MS, ALERT
def test_look(command, put_alert):
    command("rules","seed","supermarket")
    print(command("rules","show","--store","store-1",now_ms=LATER_MS,width=120))
    print(command("rules","history","--store","*","--rule","long-queue",now_ms=LATER_MS,width=100))
    put_alert(ALERT); put_alert(make_alert(alert_id=f"{NOW_MS}-feed000011112222", started_ms=NOW_MS, metric="hazard.person_lying", severity="high", state="needs_review", place_id="aisle-3", value=0.82))
    command("acknowledge","--store","store-1",ALERT.alert_id,"--comment","on my way")
    print(command("list","--store","store-1",width=100))
    print(command("show","--store","store-1",ALERT.alert_id,width=100))
