"""Datadog's own client for Python, `datadog-api-client` of PyPI, on a sandbox: what it reads has to fit its models."""

import os
import time

from datadog_api_client import ApiClient, Configuration
from datadog_api_client.exceptions import ForbiddenException, NotFoundException
from datadog_api_client.v1.api.authentication_api import AuthenticationApi
from datadog_api_client.v1.api.dashboards_api import DashboardsApi
from datadog_api_client.v1.api.hosts_api import HostsApi
from datadog_api_client.v1.api.logs_pipelines_api import LogsPipelinesApi
from datadog_api_client.v1.api.metrics_api import MetricsApi as MetricsApiV1
from datadog_api_client.v1.model.dashboard import Dashboard
from datadog_api_client.v1.model.dashboard_layout_type import DashboardLayoutType
from datadog_api_client.v1.model.logs_filter import LogsFilter
from datadog_api_client.v1.model.logs_grok_parser import LogsGrokParser
from datadog_api_client.v1.model.logs_grok_parser_rules import LogsGrokParserRules
from datadog_api_client.v1.model.logs_grok_parser_type import LogsGrokParserType
from datadog_api_client.v1.model.logs_pipeline import LogsPipeline
from datadog_api_client.v1.model.metrics_payload import MetricsPayload
from datadog_api_client.v1.model.note_widget_definition import NoteWidgetDefinition
from datadog_api_client.v1.model.note_widget_definition_type import NoteWidgetDefinitionType
from datadog_api_client.v1.model.point import Point
from datadog_api_client.v1.model.series import Series
from datadog_api_client.v1.model.timeseries_widget_definition import TimeseriesWidgetDefinition
from datadog_api_client.v1.model.timeseries_widget_definition_type import TimeseriesWidgetDefinitionType
from datadog_api_client.v1.model.timeseries_widget_request import TimeseriesWidgetRequest
from datadog_api_client.v1.model.widget import Widget
from datadog_api_client.v2.api.key_management_api import KeyManagementApi
from datadog_api_client.v2.api.logs_metrics_api import LogsMetricsApi
from datadog_api_client.v2.api.metrics_api import MetricsApi
from datadog_api_client.v2.model.logs_metric_compute import LogsMetricCompute
from datadog_api_client.v2.model.logs_metric_compute_aggregation_type import LogsMetricComputeAggregationType
from datadog_api_client.v2.model.logs_metric_create_attributes import LogsMetricCreateAttributes
from datadog_api_client.v2.model.logs_metric_create_data import LogsMetricCreateData
from datadog_api_client.v2.model.logs_metric_create_request import LogsMetricCreateRequest
from datadog_api_client.v2.model.logs_metric_filter import LogsMetricFilter
from datadog_api_client.v2.model.logs_metric_group_by import LogsMetricGroupBy
from datadog_api_client.v2.model.logs_metric_type import LogsMetricType
from datadog_api_client.v2.model.logs_metric_update_attributes import LogsMetricUpdateAttributes
from datadog_api_client.v2.model.logs_metric_update_data import LogsMetricUpdateData
from datadog_api_client.v2.model.logs_metric_update_request import LogsMetricUpdateRequest
from datadog_api_client.v2.model.metric_intake_type import MetricIntakeType
from datadog_api_client.v2.model.metric_payload import MetricPayload
from datadog_api_client.v2.model.metric_point import MetricPoint
from datadog_api_client.v2.model.metric_series import MetricSeries


def client(**keys: str) -> ApiClient:
    """A client of the sandbox, with the keys of the environment where no others are given."""
    configuration = Configuration(host=os.environ["DD_HEROKU_DATADOG_URL"])
    configuration.api_key["apiKeyAuth"] = keys.get("api_key", os.environ["DD_API_KEY"])
    configuration.api_key["appKeyAuth"] = keys.get("application_key", os.environ["DD_APP_KEY"])
    configuration.unstable_operations["validate"] = True
    return ApiClient(configuration)


def refused(error: type[Exception], call) -> None:
    """Fails unless the call raises this error."""
    try:
        call()
    except error:
        return
    raise AssertionError("it was not refused")


good = client()

# Keys.
assert AuthenticationApi(good).validate().valid
refused(ForbiddenException, AuthenticationApi(client(api_key="bad" + "0" * 29)).validate)
keys = KeyManagementApi(good)
assert str(keys.validate_api_key().status) == "ok"
answer = keys.validate()
assert answer.data.attributes.valid and str(answer.data.type) == "validate_v2", answer
refused(ForbiddenException, KeyManagementApi(client(application_key="bad" + "0" * 37)).validate_api_key)

# Dashboards.
dashboards = DashboardsApi(good)
memory = TimeseriesWidgetDefinition(
    type=TimeseriesWidgetDefinitionType.TIMESERIES, requests=[TimeseriesWidgetRequest(q="avg:heroku.dyno.memory{*}")]
)
note = NoteWidgetDefinition(type=NoteWidgetDefinitionType.NOTE, content="From a test")
board = Dashboard(title="Heroku", layout_type=DashboardLayoutType.ORDERED, widgets=[Widget(definition=memory)])
made = dashboards.create_dashboard(body=board)
assert str(made.layout_type) == "ordered" and made.url == f"/dashboard/{made.id}"
assert made.author_handle and made.created_at <= made.modified_at
assert dashboards.get_dashboard(made.id).widgets[0].definition.requests[0].q == "avg:heroku.dyno.memory{*}"
board.widgets.append(Widget(definition=note))
assert len(dashboards.update_dashboard(made.id, body=board).widgets) == 2
for number in range(3):
    dashboards.create_dashboard(body=Dashboard(title=f"Board {number}", layout_type=DashboardLayoutType.FREE, widgets=[]))
assert made.id in [known.id for known in dashboards.list_dashboards().dashboards]
assert len(list(dashboards.list_dashboards_with_pagination(count=2))) == 4
assert dashboards.delete_dashboard(made.id).deleted_dashboard_id == made.id
refused(NotFoundException, lambda: dashboards.get_dashboard(made.id))

# Log pipelines.
pipelines = LogsPipelinesApi(good)
grok = LogsGrokParser(
    type=LogsGrokParserType.GROK_PARSER,
    source="message",
    grok=LogsGrokParserRules(match_rules="memory sample#memory_total=%{number:memory}MB"),
)
made = pipelines.create_logs_pipeline(
    body=LogsPipeline(name="Heroku", filter=LogsFilter(query="source:heroku"), processors=[grok], is_enabled=True)
)
assert made.type == "pipeline" and made.is_read_only is False
assert pipelines.get_logs_pipeline(made.id).processors[0].grok.match_rules.startswith("memory ")
assert [known.id for known in pipelines.list_logs_pipelines().value] == [made.id]
changed = pipelines.update_logs_pipeline(made.id, body=LogsPipeline(name="Dynos", filter=LogsFilter(query="*")))
assert (changed.id, changed.name) == (made.id, "Dynos")
assert pipelines.get_logs_pipeline_order().pipeline_ids == [made.id]
pipelines.delete_logs_pipeline(made.id)
assert pipelines.list_logs_pipelines().value == []

# Log-based metrics.
metrics = LogsMetricsApi(good)
attributes = LogsMetricCreateAttributes(
    compute=LogsMetricCompute(aggregation_type=LogsMetricComputeAggregationType.DISTRIBUTION, path="@memory"),
    filter=LogsMetricFilter(query="source:heroku"),
    group_by=[LogsMetricGroupBy(path="@dyno", tag_name="dyno")],
)
data = LogsMetricCreateData(id="heroku.dyno.memory", type=LogsMetricType.LOGS_METRICS, attributes=attributes)
made = metrics.create_logs_metric(body=LogsMetricCreateRequest(data=data))
assert made.data.attributes.compute.path == "@memory"
change = LogsMetricUpdateAttributes(filter=LogsMetricFilter(query="source:heroku env:prod"))
update = LogsMetricUpdateData(type=LogsMetricType.LOGS_METRICS, attributes=change)
metrics.update_logs_metric("heroku.dyno.memory", body=LogsMetricUpdateRequest(data=update))
assert metrics.get_logs_metric("heroku.dyno.memory").data.attributes.filter.query == "source:heroku env:prod"
assert [known.id for known in metrics.list_logs_metrics().data] == ["heroku.dyno.memory"]
metrics.delete_logs_metric("heroku.dyno.memory")
refused(NotFoundException, lambda: metrics.get_logs_metric("heroku.dyno.memory"))

# Hosts.
hosts = HostsApi(good)
listed = hosts.list_hosts(filter="legacy", count=10, include_hosts_metadata=True)
assert (listed.total_matching, listed.host_list[0].name) == (1, "legacy-production"), listed
assert listed.host_list[0].meta.agent_version and listed.host_list[0].last_reported_time > 0
assert hosts.get_host_totals().total_up >= 1

# Metrics: both intakes, and what was sent is read again.
now = int(time.time())
assert MetricsApiV1(good).submit_metrics(
    body=MetricsPayload(series=[Series(metric="orders.placed", points=[Point([float(now), 2.0])], tags=["env:staging"])])
).status == "ok"
sent = MetricSeries(
    metric="orders.placed",
    type=MetricIntakeType.COUNT,
    points=[MetricPoint(timestamp=now, value=3.0)],
    tags=["env:staging", "service:shop"],
)
assert MetricsApi(good).submit_metrics(body=MetricPayload(series=[sent])).errors == []
asked = MetricsApiV1(good).query_metrics(_from=now - 60, to=now + 60, query="sum:orders.placed{env:staging}")
assert (asked.status, asked.series[0].metric) == ("ok", "orders.placed")
assert asked.series[0].pointlist[0].value == [now * 1000.0, 5.0], asked
assert MetricsApiV1(good).list_active_metrics(_from=now - 60).metrics == ["orders.placed"]
