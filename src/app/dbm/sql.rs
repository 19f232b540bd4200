//! The statements that give a database user what Database Monitoring needs. Each may be run again without harm.

use super::Inspection;

/// Shows how a statement would be run. The loop opens a cursor, which takes one statement and no more: nothing that
/// follows a `;` in what the Agent passes can be run with the owner's rights.
const FUNCTION: &str = "\
CREATE FUNCTION datadog.explain_statement(statement text, OUT explain json) RETURNS SETOF json
LANGUAGE plpgsql STRICT SECURITY DEFINER AS $function$
BEGIN
  FOR explain IN EXECUTE 'EXPLAIN (FORMAT JSON) ' || statement LOOP
    RETURN NEXT;
  END LOOP;
END
$function$";

/// The statements that are still to be run for `role`.
pub fn statements(inspection: &Inspection, role: &str) -> Vec<String> {
    let role = quoted(role);
    let mut statements = Vec::new();
    let mut add = |is_needed: bool, statement: String| {
        if is_needed {
            statements.push(statement);
        }
    };
    let home = if inspection.heroku_ext { " WITH SCHEMA heroku_ext" } else { "" };
    add(inspection.extension.is_none(), format!("CREATE EXTENSION IF NOT EXISTS pg_stat_statements{home}"));
    add(!inspection.schema, "CREATE SCHEMA IF NOT EXISTS datadog".into());
    add(!inspection.schema_usage, format!("GRANT USAGE ON SCHEMA datadog TO {role}"));
    add(!inspection.public_usage, format!("GRANT USAGE ON SCHEMA public TO {role}"));
    add(!inspection.monitor, format!("GRANT pg_monitor TO {role}"));
    let is_wrong = inspection.definer == Some(false);
    add(is_wrong, "DROP FUNCTION datadog.explain_statement(text)".into());
    let is_new = is_wrong || inspection.definer.is_none();
    add(is_new, FUNCTION.into());
    add(is_new, "REVOKE EXECUTE ON FUNCTION datadog.explain_statement(text) FROM PUBLIC".into());
    add(
        is_new || !inspection.callable,
        format!("GRANT EXECUTE ON FUNCTION datadog.explain_statement(text) TO {role}"),
    );
    statements
}

/// All of them, for a database that has nothing of it yet: to be printed.
pub fn all_statements(role: &str) -> String {
    let statements = statements(&Inspection::default(), role);
    let function = |statement: String| statement.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION");
    statements.into_iter().fold(String::new(), |all, statement| all + &function(statement) + ";\n")
}

/// A name as SQL has it.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complete() -> Inspection {
        Inspection {
            extension: Some("public".into()),
            heroku_ext: false,
            role: true,
            schema: true,
            schema_usage: true,
            public_usage: true,
            monitor: true,
            definer: Some(true),
            callable: true,
            query_size: 4096,
        }
    }

    #[test]
    fn only_what_is_missing_is_run() {
        assert_eq!(statements(&complete(), "datadog"), [""; 0]);
        assert_eq!(statements(&Inspection::default(), "datadog").len(), 8);
        assert_eq!(
            statements(&Inspection { monitor: false, ..complete() }, "a\"b"),
            ["GRANT pg_monitor TO \"a\"\"b\""]
        );
        assert_eq!(
            statements(&Inspection { extension: None, heroku_ext: true, ..complete() }, "datadog"),
            ["CREATE EXTENSION IF NOT EXISTS pg_stat_statements WITH SCHEMA heroku_ext"]
        );
        let wrong = statements(&Inspection { definer: Some(false), ..complete() }, "datadog");
        assert!(wrong[0].starts_with("DROP FUNCTION") && wrong.len() == 4, "{wrong:?}");
    }
}
