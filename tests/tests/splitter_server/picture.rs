//! All that a database holds, as text.

use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Row};

/// Definitions and rows, each in a line.
pub(crate) async fn picture(conn: &mut Conn) -> String {
    let mut lines = Vec::new();
    for (name, kind) in pairs(conn, "SHOW FULL TABLES").await {
        let what = match kind.as_str() {
            "VIEW" => "VIEW",
            _ => "TABLE",
        };
        lines.push(
            shown(
                conn,
                &format!("SHOW CREATE {what} `{}`", quoted(&name)),
                &[1],
            )
            .await,
        );
        let rows: Vec<Row> = conn
            .query(format!("SELECT * FROM `{}`", quoted(&name)))
            .await
            .unwrap_or_default();
        lines.extend(rows.into_iter().map(all));
    }
    for (name, kind) in pairs(
        conn,
        "SELECT ROUTINE_NAME, ROUTINE_TYPE FROM information_schema.ROUTINES \
         WHERE ROUTINE_SCHEMA = DATABASE() ORDER BY ROUTINE_TYPE, ROUTINE_NAME",
    )
    .await
    {
        let show = format!("SHOW CREATE {kind} `{}`", quoted(&name));
        lines.push(shown(conn, &show, &[1, 2]).await);
    }
    for (name, _) in pairs(
        conn,
        "SELECT TRIGGER_NAME, '' FROM information_schema.TRIGGERS \
         WHERE TRIGGER_SCHEMA = DATABASE() ORDER BY ACTION_ORDER, TRIGGER_NAME",
    )
    .await
    {
        let show = format!("SHOW CREATE TRIGGER `{}`", quoted(&name));
        lines.push(shown(conn, &show, &[1, 2]).await);
    }
    for (name, _) in pairs(
        conn,
        "SELECT EVENT_NAME, EVENT_DEFINITION FROM information_schema.EVENTS \
         WHERE EVENT_SCHEMA = DATABASE() ORDER BY EVENT_NAME",
    )
    .await
    {
        lines.push(name);
    }
    lines.join("\n")
}

fn quoted(name: &str) -> String {
    name.replace('`', "``")
}

async fn pairs(conn: &mut Conn, query: &str) -> Vec<(String, String)> {
    conn.query(query).await.unwrap()
}

/// What the server shows in some columns; line ends and space at the ends, which the client changes, apart.
async fn shown(conn: &mut Conn, query: &str, columns: &[usize]) -> String {
    let row: Option<Row> = conn.query_first(query).await.unwrap_or_default();
    let Some(row) = row else {
        return format!("{query}: nothing");
    };
    let shown: Vec<_> = columns
        .iter()
        .map(|column| row[*column].as_sql(true).replace("\\r\\n", "\\n"))
        .map(|text| {
            text.trim_end_matches('\'')
                .trim_end_matches("\\n")
                .trim_end()
                .to_owned()
        })
        .collect();
    shown.join(" | ")
}

fn all(row: Row) -> String {
    let values: Vec<_> = row
        .unwrap()
        .iter()
        .map(|value| value.as_sql(true))
        .collect();
    values.join(", ")
}
