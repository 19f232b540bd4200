//! What Database Monitoring needs of a database, in its present state.

use super::{Error, Session};
use crate::app::dbm::Inspection;

/// One row. `$1` is the name of the monitoring user, who may not be there.
const SEEN: &str = "
SELECT
  (SELECT n.nspname::text FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
    WHERE e.extname = 'pg_stat_statements') AS extension,
  to_regnamespace('heroku_ext') IS NOT NULL AS heroku_ext,
  r.oid IS NOT NULL AS role,
  to_regnamespace('datadog') IS NOT NULL AS schema,
  coalesce(has_schema_privilege(r.oid, to_regnamespace('datadog')::oid, 'USAGE'), false) AS schema_usage,
  coalesce(has_schema_privilege(r.oid, to_regnamespace('public')::oid, 'USAGE'), false) AS public_usage,
  coalesce(pg_has_role(r.oid, 'pg_monitor', 'MEMBER'), false) AS monitor,
  f.prosecdef AS definer,
  coalesce(has_function_privilege(r.oid, f.oid, 'EXECUTE'), false) AS callable,
  (SELECT setting::int FROM pg_settings WHERE name = 'track_activity_query_size') AS query_size
FROM (SELECT 1) one
LEFT JOIN pg_roles r ON r.rolname = $1
LEFT JOIN pg_proc f ON f.proname = 'explain_statement' AND f.pronargs = 1
  AND f.proargtypes[0] = 'text'::regtype AND f.pronamespace = to_regnamespace('datadog')
LIMIT 1";

/// What exists for the user `role`.
pub fn inspect(session: &Session, role: &str) -> Result<Inspection, Error> {
    let row = session.row(SEEN, &[&role])?;
    Ok(Inspection {
        extension: row.get("extension"),
        heroku_ext: row.get("heroku_ext"),
        role: row.get("role"),
        schema: row.get("schema"),
        schema_usage: row.get("schema_usage"),
        public_usage: row.get("public_usage"),
        monitor: row.get("monitor"),
        definer: row.get("definer"),
        callable: row.get("callable"),
        query_size: row.get("query_size"),
    })
}

/// Whether the user of a session can have a statement explained, as the Agent does it.
pub fn explains(session: &Session) -> Result<(), Error> {
    session.row("SELECT datadog.explain_statement('SELECT 1')::text", &[]).map(drop)
}

/// Whether the user of a session can read what was run, as the Agent does it.
pub fn reads_statements(session: &Session) -> Result<(), Error> {
    session.row("SELECT count(*) FROM pg_stat_statements", &[]).map(drop)
}
