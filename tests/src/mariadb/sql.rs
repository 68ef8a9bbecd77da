//! SQL that both servers understand alike.

/// Stands before a query of `information_schema`: MySQL answers with the numbers of a day ago otherwise.
pub const FRESH: &str = "SET @fresh = 1 /*!80000 , information_schema_stats_expiry = 0 */;";

/// The numbers from 1 to `to`, as what stands behind FROM; the column is `seq`, as in MariaDB's own `seq_1_to_N`, which MySQL
/// has not.
pub fn numbers(to: u32) -> String {
    let digits: Vec<_> = (0..10)
        .map(|digit| format!("SELECT {digit} AS n"))
        .collect();
    let digits = digits.join(" UNION ALL ");
    let places = 0..to.to_string().len();
    let sum: Vec<_> = places
        .clone()
        .map(|place| format!("{} * d{place}.n", 10_u32.pow(place as u32)))
        .collect();
    let tables: Vec<_> = places.map(|place| format!("({digits}) d{place}")).collect();
    format!(
        "(SELECT 1 + {} AS seq FROM {} HAVING seq <= {to}) numbers",
        sum.join(" + "),
        tables.join(", ")
    )
}
