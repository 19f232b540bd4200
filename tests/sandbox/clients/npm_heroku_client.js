// The client `heroku-client` of npm on a sandbox: apps and what belongs to them, written and read again.

const assert = require('node:assert/strict')
const Heroku = require('heroku-client')

const { HEROKU_API_URL: host, HEROKU_API_KEY: token } = process.env
const heroku = new Heroku({ host, token })
const text = url => fetch(url).then(answer => answer.text())
const refused = (status, id, call) => assert.rejects(call, error => {
  assert.deepEqual([error.statusCode, error.body.id], [status, id])
  return true
})

async function main () {
  assert.equal((await heroku.get('/account')).email, 'dev@example.com')
  await refused(401, 'unauthorized', () => new Heroku({ host, token: 'bad-token' }).get('/apps'))

  // Apps.
  const made = await heroku.post('/apps', { body: { name: 'books', region: 'eu', stack: 'heroku-24' } })
  assert.equal(made.region.name, 'eu')
  const names = (await heroku.get('/apps')).map(app => app.name)
  assert.ok(names.includes('books') && names.includes('shop'))
  const byName = await heroku.get('/apps', { headers: { Range: 'name ..; max=3' } })
  assert.deepEqual(byName.map(app => app.name), [...names].sort(), 'all pages were read')
  assert.equal((await heroku.get('/apps/books', { headers: { Accept: 'application/vnd.heroku+json; version=3.sdk' } })).id, made.id)
  assert.equal((await heroku.patch('/apps/books', { body: { maintenance: true } })).maintenance, true)
  await refused(422, 'invalid_params', () => heroku.post('/apps', { body: { name: 'Books!' } }))
  await refused(404, 'not_found', () => heroku.get('/apps/nobody'))

  // Config vars and the releases that they make.
  await heroku.patch('/apps/books/config-vars', { body: { LOG_LEVEL: 'debug', TOKEN: 'abc' } })
  assert.deepEqual(await heroku.patch('/apps/books/config-vars', { body: { TOKEN: null } }), { LOG_LEVEL: 'debug' })
  assert.deepEqual(await heroku.get('/apps/books/config-vars'), { LOG_LEVEL: 'debug' })
  const [last] = await heroku.get('/apps/books/releases', { headers: { Range: 'version ..; order=desc,max=1' }, partial: true })
  assert.equal(last.description, 'Unset TOKEN config vars')

  // A build, with what it prints.
  await heroku.put('/apps/books/buildpack-installations', { body: { updates: [{ buildpack: 'heroku/nodejs' }] } })
  const { source_blob: source } = await heroku.post('/sources')
  const archive = Buffer.from(process.env.SOURCE_TGZ, 'base64')
  assert.equal((await fetch(source.put_url, { method: 'PUT', body: archive })).status, 200)
  const build = await heroku.post('/apps/books/builds', { body: { source_blob: { url: source.get_url, version: '1a2b3c4' } } })
  assert.match(await text(build.output_stream_url), /-----> /)
  const built = await heroku.get(`/apps/books/builds/${build.id}`)
  assert.equal(built.status, 'succeeded')
  assert.equal((await heroku.get(`/apps/books/releases/${built.release.id}`)).slug.id, built.slug.id)
  assert.equal((await heroku.get(`/apps/books/slugs/${built.slug.id}`)).process_types.web, 'node server.js')

  // Formation and dynos.
  await heroku.patch('/apps/books/formation', { body: { updates: [{ type: 'web', quantity: 2, size: 'Standard-1X' }] } })
  assert.deepEqual((await heroku.get('/apps/books/dynos')).map(dyno => dyno.name).sort(), ['web.1', 'web.2'])
  await heroku.delete('/apps/books/dynos/web.1')
  await heroku.delete('/apps/books/dynos')
  const { type } = await heroku.post('/apps/books/dynos', { body: { command: 'true', attach: false } })
  assert.equal(type, 'run')

  // Add-ons, collaborators, domains and drains.
  const addon = await heroku.post('/apps/books/addons', { body: { plan: 'heroku-postgresql:essential-0' } })
  assert.deepEqual(addon.config_vars, ['DATABASE_URL'])
  assert.equal((await heroku.get('/apps/books/addons')).length, 1)
  assert.equal((await heroku.get('/apps/books/addon-attachments'))[0].name, 'DATABASE')
  await heroku.delete(`/apps/books/addons/${addon.name}`)
  assert.ok(!('DATABASE_URL' in await heroku.get('/apps/books/config-vars')))
  await heroku.post('/apps/books/collaborators', { body: { user: 'ann@example.com' } })
  assert.equal((await heroku.get('/apps/books/collaborators/ann@example.com')).user.email, 'ann@example.com')
  await heroku.delete('/apps/books/collaborators/ann@example.com')
  await refused(404, 'not_found', () => heroku.get('/apps/books/collaborators/ann@example.com'))
  await heroku.post('/apps/books/domains', { body: { hostname: 'books.example.com', sni_endpoint: null } })
  assert.equal((await heroku.get('/apps/books/domains')).length, 2)
  await heroku.delete('/apps/books/domains/books.example.com')
  const drain = await heroku.post('/apps/books/log-drains', { body: { url: 'syslog+tls://logs.example.com:6514' } })
  assert.equal((await heroku.get(`/apps/books/log-drains/${drain.id}`)).url, 'syslog+tls://logs.example.com:6514')
  await heroku.delete(`/apps/books/log-drains/${encodeURIComponent(drain.url)}`)
  assert.deepEqual(await heroku.get('/apps/books/log-drains'), [])

  // Logs, labs features, a rollback.
  const session = await heroku.post('/apps/books/log-sessions', { body: { lines: 100, tail: false } })
  assert.match(await text(session.logplex_url), /Starting process with command `node server.js`/)
  assert.equal((await heroku.patch('/apps/books/features/runtime-dyno-metadata', { body: { enabled: true } })).enabled, true)
  await heroku.patch('/apps/books/config-vars', { body: { LOG_LEVEL: 'info' } })
  const back = await heroku.post('/apps/books/releases', { body: { release: built.release.id } })
  assert.match(back.description, /^Rollback to v\d+$/)
  assert.equal((await heroku.get('/apps/books/config-vars')).LOG_LEVEL, 'debug')

  // A pipeline: the slug of one app becomes a release of another.
  await heroku.post('/apps', { body: { name: 'books-production' } })
  const owner = { id: (await heroku.get('/account')).id, type: 'user' }
  const pipeline = await heroku.post('/pipelines', { body: { name: 'books', owner } })
  const ids = []
  for (const [app, stage] of [['books', 'staging'], ['books-production', 'production']]) {
    ids.push((await heroku.post('/pipeline-couplings', { body: { app, pipeline: pipeline.id, stage } })).app.id)
  }
  const stages = (await heroku.get(`/pipelines/${pipeline.id}/pipeline-couplings`)).map(coupling => coupling.stage)
  assert.deepEqual(stages.sort(), ['production', 'staging'])
  const promotion = await heroku.post('/pipeline-promotions', {
    body: { pipeline: { id: pipeline.id }, source: { app: { id: ids[0] } }, targets: [{ app: { id: ids[1] } }] }
  })
  const [target] = await heroku.get(`/pipeline-promotions/${promotion.id}/promotion-targets`)
  const [promoted] = await heroku.get('/apps/books-production/releases', { headers: { Range: 'version ..; order=desc,max=1' }, partial: true })
  assert.deepEqual([target.status, target.release.id], ['succeeded', promoted.id])
  await heroku.delete(`/pipelines/${pipeline.id}`)

  await heroku.delete('/apps/books')
  await refused(404, 'not_found', () => heroku.get('/apps/books'))
}

main().catch(error => {
  console.error(error, error.body)
  process.exit(1)
})
