//! Scripts that were edited or deleted after they ran: what `run`, `status` and `check` make of it.

use crate::transcript::{check, shop};

#[test]
fn an_edited_script_does_not_run_again() {
    check(
        &shop(),
        r#"
$ upgrades run --quiet && echo 'DROP TABLE #__products;' >> core/1.0.0_products.sql
=> 0
$ upgrades run
sqlite:shop.db is current: nothing is pending
=> 0
$ upgrades status --check
sqlite:shop.db: current

track          in the database    newest script      pending
core           1.1.0-prices.sql   1.1.0-prices.sql         0
customization  1.0.0_dealers.sql  1.0.0_dealers.sql        0
=> 0
$ upgrades check
edited: core/1.0.0_products.sql was edited after it ran
1 problem found; `upgrades explain CODE` tells more
=> 8
$ echo 'SELECT 1;' > core/1.2.0.sql && upgrades run
track  from              to         scripts  statements  took
core   1.1.0-prices.sql  1.2.0.sql        1           1  N ms

1 script applied to sqlite:shop.db
! [1/1] core/1.2.0.sql
=> 0
"#,
    );
}

#[test]
fn a_deleted_script_is_told() {
    check(
        &shop(),
        r#"
$ upgrades run --quiet && rm core/1.0.0_products.sql
=> 0
$ upgrades status --check
sqlite:shop.db: current

track          in the database    newest script      pending
core           1.1.0-prices.sql   1.1.0-prices.sql         0
customization  1.0.0_dealers.sql  1.0.0_dealers.sql        0
=> 0
$ upgrades check
gone: core/1.0.0_products.sql ran here, and is not there any more
1 problem found; `upgrades explain CODE` tells more
=> 8
$ rm core/1.1.0-prices.sql && upgrades run
! error[database-newer]: this program is older than the database: core is at 1.1.0-prices.sql, and there is no script of it here
!   help: upgrades explain database-newer
=> 6
$ upgrades check
gone: core/1.0.0_products.sql ran here, and is not there any more
gone: core/1.1.0-prices.sql ran here, and is not there any more
2 problems found; `upgrades explain CODE` tells more
=> 8
"#,
    );
}
