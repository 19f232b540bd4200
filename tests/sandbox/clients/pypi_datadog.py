"""The API part of the library `datadog` of PyPI on a sandbox. `DATADOG_HOST`, `DD_API_KEY` and `DD_APP_KEY` lead it there."""

import os
import time

from datadog import api, initialize
from datadog.api.exceptions import ApiError, ClientError

initialize(api_key=os.environ["DD_API_KEY"], app_key=os.environ["DD_APP_KEY"], mute=False, hostname_from_config=False)
assert api._api_host == os.environ["DATADOG_HOST"], api._api_host

# Dashboards.
widget = {
    "definition": {
        "type": "timeseries",
        "title": "Memory",
        "requests": [{"q": "avg:heroku.dyno.memory{*}", "display_type": "line"}],
    }
}
made = api.Dashboard.create(title="Heroku", layout_type="ordered", widgets=[widget], description="From a test")
assert api.Dashboard.get(made["id"])["widgets"][0]["definition"] == widget["definition"]
assert made["id"] in [board["id"] for board in api.Dashboard.get_all()["dashboards"]]
changed = api.Dashboard.update(made["id"], title="Dynos", layout_type="ordered", widgets=[widget])
assert (changed["id"], changed["title"]) == (made["id"], "Dynos")
assert api.Dashboard.delete(made["id"]) == {"deleted_dashboard_id": made["id"]}
for call in (lambda: api.Dashboard.get(made["id"]), lambda: api.Dashboard.create(title="x", layout_type="none", widgets=[])):
    try:
        call()
    except ApiError as error:
        assert error.args[0]["errors"]
    else:
        raise AssertionError("it was not refused")

# Hosts.
assert api.Hosts.totals()["total_up"] > 0
found = api.Hosts.search(filter="legacy")
assert [host["name"] for host in found["host_list"]] == ["legacy-production"], found

# Metrics, plain and compressed.
now = int(time.time())
assert api.Metric.send(metric="orders.placed", points=[(now - 60, 2), (now, 4)], tags=["env:staging"], host="web.1") == {"status": "ok"}
assert api.Metric.send(metric="orders.placed", points=(now, 6), tags=["env:prod"], compress_payload=True) == {"status": "ok"}
asked = api.Metric.query(start=now - 3600, end=now + 60, query="sum:orders.placed{*}")
assert asked["series"][0]["pointlist"] == [[(now - 60) * 1000.0, 2.0], [now * 1000.0, 10.0]], asked
asked = api.Metric.query(start=now - 30, end=now + 60, query="avg:orders.placed{env:staging}")
assert asked["series"][0]["pointlist"] == [[now * 1000.0, 4.0]], asked
assert "orders.placed" in api.Metric.list(now - 3600)["metrics"]

# A bad key is refused.
api._api_key = "bad" + "0" * 29
try:
    api.Dashboard.get_all()
except ApiError as error:
    assert error.args[0] == {"errors": ["Forbidden"]}, error
except ClientError as error:
    raise AssertionError(error)
else:
    raise AssertionError("a bad key was taken")
