// Datadog's own client for Node.js, `@datadog/datadog-api-client` of npm, on a sandbox: it refuses an answer that lacks
// what its models require.

const assert = require('node:assert/strict')
const { client, v1, v2 } = require('@datadog/datadog-api-client')

const { DD_HEROKU_DATADOG_URL: url, DD_API_KEY: apiKey, DD_APP_KEY: applicationKey } = process.env

function configured (keys = {}) {
  const configuration = client.createConfiguration({
    authMethods: { apiKeyAuth: apiKey, appKeyAuth: applicationKey, ...keys },
    baseServer: new client.BaseServerConfiguration(url, {})
  })
  configuration.unstableOperations['v2.validate'] = true
  return configuration
}
const refused = (status, call) => assert.rejects(call, error => {
  assert.equal(error.code, status, error)
  return true
})
// What the models do not know, they keep in `unparsedObject`.
function read (answer) {
  assert.ok(!JSON.stringify(answer).includes('unparsedObject'), JSON.stringify(answer))
  return answer
}

async function main () {
  const good = configured()

  // Keys.
  assert.equal(read(await new v1.AuthenticationApi(good).validate()).valid, true)
  const keys = new v2.KeyManagementApi(good)
  assert.equal(read(await keys.validateAPIKey()).status, 'ok')
  assert.equal(read(await keys.validate()).data.attributes.valid, true)
  await refused(403, () => new v1.AuthenticationApi(configured({ apiKeyAuth: 'bad'.padEnd(32, '0') })).validate())
  await refused(403, () => new v2.KeyManagementApi(configured({ appKeyAuth: 'bad'.padEnd(40, '0') })).validateAPIKey())

  // Dashboards.
  const dashboards = new v1.DashboardsApi(good)
  const definition = { type: 'timeseries', requests: [{ q: 'avg:heroku.dyno.memory{*}', displayType: 'line' }] }
  const body = { title: 'Heroku', layoutType: 'ordered', widgets: [{ definition }] }
  const board = read(await dashboards.createDashboard({ body }))
  assert.equal(board.url, `/dashboard/${board.id}`)
  assert.ok(board.createdAt instanceof Date && board.modifiedAt >= board.createdAt)
  const dashboardId = board.id
  assert.equal(read(await dashboards.getDashboard({ dashboardId })).widgets[0].definition.requests[0].q, definition.requests[0].q)
  assert.equal(read(await dashboards.updateDashboard({ dashboardId, body: { ...body, title: 'Dynos' } })).title, 'Dynos')
  await dashboards.createDashboard({ body })
  const titles = []
  for await (const known of dashboards.listDashboardsWithPagination({ count: 1 })) titles.push(read(known).title)
  assert.deepEqual(titles, ['Dynos', 'Heroku'])
  await refused(400, () => dashboards.createDashboard({ body: { ...body, widgets: [{ definition: { type: 'timeseries', requests: [] } }] } }))
  assert.equal((await dashboards.deleteDashboard({ dashboardId })).deletedDashboardId, dashboardId)
  await refused(404, () => dashboards.getDashboard({ dashboardId }))

  // Log pipelines.
  const pipelines = new v1.LogsPipelinesApi(good)
  const grok = { supportRules: '', matchRules: 'memory sample#memory_total=%{number:memory}MB' }
  const pipeline = read(await pipelines.createLogsPipeline({
    body: { name: 'Heroku', filter: { query: 'source:heroku' }, processors: [{ type: 'grok-parser', source: 'message', grok }] }
  }))
  const pipelineId = pipeline.id
  assert.equal(read(await pipelines.getLogsPipeline({ pipelineId })).processors[0].grok.matchRules, grok.matchRules)
  assert.equal(read(await pipelines.updateLogsPipeline({ pipelineId, body: { name: 'Dynos', filter: { query: '*' } } })).name, 'Dynos')
  assert.deepEqual((await pipelines.listLogsPipelines()).map(known => known.name), ['Dynos'])
  const second = await pipelines.createLogsPipeline({ body: { name: 'Second', filter: { query: '*' } } })
  const order = [second.id, pipelineId]
  assert.deepEqual((await pipelines.updateLogsPipelineOrder({ body: { pipelineIds: order } })).pipelineIds, order)
  assert.deepEqual((await pipelines.listLogsPipelines()).map(known => known.name), ['Second', 'Dynos'])
  await refused(400, () => pipelines.updateLogsPipelineOrder({ body: { pipelineIds: [pipelineId] } }))
  await pipelines.deleteLogsPipeline({ pipelineId })

  // Log-based metrics.
  const metrics = new v2.LogsMetricsApi(good)
  const attributes = { compute: { aggregationType: 'distribution', path: '@memory' }, filter: { query: 'source:heroku' } }
  const metricId = 'heroku.dyno.memory'
  const create = { body: { data: { id: metricId, type: 'logs_metrics', attributes } } }
  assert.equal(read(await metrics.createLogsMetric(create)).data.attributes.compute.path, '@memory')
  await refused(409, () => metrics.createLogsMetric(create))
  await metrics.updateLogsMetric({ metricId, body: { data: { type: 'logs_metrics', attributes: { filter: { query: '*' } } } } })
  assert.equal(read(await metrics.getLogsMetric({ metricId })).data.attributes.filter.query, '*')
  assert.equal(read(await metrics.listLogsMetrics()).data.length, 1)
  await metrics.deleteLogsMetric({ metricId })

  // Hosts.
  const hosts = read(await new v1.HostsApi(good).listHosts({ filter: 'legacy' }))
  assert.deepEqual(hosts.hostList.map(host => host.name), ['legacy-production'])
  assert.ok(read(await new v1.HostsApi(good).getHostTotals()).totalUp > 0)

  // Metrics.
  const now = Math.floor(Date.now() / 1000)
  const tags = ['env:staging']
  assert.equal((await new v1.MetricsApi(good).submitMetrics({ body: { series: [{ metric: 'orders.placed', points: [[now, 2]], tags }] } })).status, 'ok')
  const series = [{ metric: 'orders.placed', type: 1, points: [{ timestamp: now, value: 3 }], tags, resources: [{ type: 'host', name: 'web.1' }] }]
  assert.deepEqual((await new v2.MetricsApi(good).submitMetrics({ body: { series } })).errors, [])
  const asked = read(await new v1.MetricsApi(good).queryMetrics({ from: now - 60, to: now + 60, query: 'max:orders.placed{env:staging}' }))
  assert.deepEqual(asked.series[0].pointlist, [[now * 1000, 3]])
  await refused(400, () => new v2.MetricsApi(good).submitMetrics({ body: { series: [{ metric: '', points: [] }] } }))
}

main().catch(error => {
  console.error(error)
  process.exit(1)
})
