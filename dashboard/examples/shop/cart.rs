//! What a visitor wants to buy: SQL about carts. A cart is known by the token in its visitor's cookie.

use std::collections::BTreeSet;
use std::fmt;

use rusqlite::{Connection, OptionalExtension, TransactionBehavior};

use crate::catalog;
use crate::configuration::{Complaint, Configured, configure};
use crate::database::Trouble;
use crate::money::Money;

/// A token that nobody can guess, by which a cart is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CartToken(String);

/// How many of one thing somebody wants: 1 to 99.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Quantity(u8);

/// What is in a cart.
#[derive(Debug, Default)]
pub(crate) struct Cart {
    pub(crate) lines: Vec<Line>,
}

/// One thing in a cart, as it is sold today.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) id: i64,
    pub(crate) product: i64,
    pub(crate) name: String,
    pub(crate) quantity: i64,
    /// Prices, answers and rules change while a cart stands: what it holds may not be for sale any more.
    pub(crate) offer: Result<Configured, Vec<Complaint>>,
}

impl CartToken {
    /// A new one.
    pub(crate) fn new() -> Self {
        Self(crate::web::chance::text())
    }

    /// The one that a cookie holds; `None`: it holds none of ours.
    pub(crate) fn of_cookie(text: &str) -> Option<Self> {
        let ours = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        ours.then(|| Self(text.to_owned()))
    }

    /// As a cookie holds it.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::str::FromStr for Quantity {
    type Err = Trouble;

    fn from_str(text: &str) -> Result<Self, Trouble> {
        let number = text.trim().parse::<u8>().ok();
        let number = number.filter(|number| (1..=99).contains(number));
        number
            .map(Self)
            .ok_or_else(|| Trouble::Refused(vec![Complaint::Quantity]))
    }
}

impl Default for Quantity {
    fn default() -> Self {
        Self(1)
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Line {
    /// What the line costs; `None`: it is not for sale.
    pub(crate) fn total(&self) -> Option<Money> {
        let price = self.offer.as_ref().ok()?.price();
        Some(price.with(price.cents.saturating_mul(self.quantity)))
    }
}

impl Cart {
    /// What is for sale in it costs together, for each currency.
    pub(crate) fn totals(&self) -> Vec<Money> {
        let mut totals: Vec<Money> = Vec::new();
        for line in self.lines.iter().filter_map(Line::total) {
            let same = totals.iter_mut().find(|one| one.currency == line.currency);
            match same {
                Some(total) => total.cents = total.cents.saturating_add(line.cents),
                None => totals.push(line),
            }
        }
        totals
    }
}

/// What is in the cart; an unknown token has an empty one.
pub(crate) fn cart(connection: &Connection, token: &CartToken) -> Result<Cart, Trouble> {
    let mut select = connection.prepare(
        "SELECT item.id, item.product_id, item.quantity, product.name
           FROM cb_cart_items AS item
           JOIN cb_carts AS cart ON cart.id = item.cart_id
           JOIN cb_products AS product ON product.id = item.product_id
          WHERE cart.token = ?1
          ORDER BY item.id",
    )?;
    let mut rows = select.query([token.as_str()])?;
    let mut cart = Cart::default();
    while let Some(row) = rows.next()? {
        let (id, product) = (row.get("id")?, row.get("product_id")?);
        let offer = match catalog::product(connection, product)? {
            Some(product) => configure(&product, &answers(connection, id)?),
            None => Err(vec![Complaint::NotSold]),
        };
        cart.lines.push(Line {
            id,
            product,
            name: row.get("name")?,
            quantity: row.get("quantity")?,
            offer,
        });
    }
    Ok(cart)
}

/// Puts something into the visitor's cart, and gives the cart's token. What is there already becomes more.
///
/// A token that the database does not know is not made one: a visitor's cart has a token that the shop has chosen.
pub(crate) fn add(
    connection: &mut Connection,
    token: Option<CartToken>,
    wanted: &Configured,
    Quantity(quantity): Quantity,
) -> Result<CartToken, Trouble> {
    let work = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let known = match &token {
        Some(token) => of_token(&work, token)?,
        None => None,
    };
    let (cart, token) = match (known, token) {
        (Some(cart), Some(token)) => (cart, token),
        (Some(_) | None, _) => {
            let token = CartToken::new();
            work.execute("INSERT INTO cb_carts (token) VALUES (?1)", [token.as_str()])?;
            (work.last_insert_rowid(), token)
        }
    };
    let same = the_same(&work, cart, wanted)?;
    match same {
        Some((item, there)) => {
            let together = there.saturating_add(quantity.into()).min(99);
            let sql = "UPDATE cb_cart_items SET quantity = ?1 WHERE id = ?2";
            work.execute(sql, (together, item))?;
        }
        None => {
            let sql =
                "INSERT INTO cb_cart_items (cart_id, product_id, quantity) VALUES (?1, ?2, ?3)";
            work.execute(sql, (cart, wanted.product(), quantity))?;
            let item = work.last_insert_rowid();
            for answer in wanted.answers() {
                let sql =
                    "INSERT INTO cb_cart_item_answers (cart_item_id, answer_id) VALUES (?1, ?2)";
                work.execute(sql, (item, answer))?;
            }
        }
    }
    touch(&work, cart)?;
    work.commit()?;
    Ok(token)
}

/// Changes how many there are of a line of the visitor's cart.
pub(crate) fn change(
    connection: &mut Connection,
    token: &CartToken,
    line: i64,
    Quantity(quantity): Quantity,
) -> Result<(), Trouble> {
    let sql = "UPDATE cb_cart_items SET quantity = ?3 WHERE id = ?2 AND cart_id = ?1";
    in_cart(connection, token, |work, cart| {
        work.execute(sql, (cart, line, quantity))
    })
}

/// Takes a line out of the visitor's cart.
pub(crate) fn remove(
    connection: &mut Connection,
    token: &CartToken,
    line: i64,
) -> Result<(), Trouble> {
    let sql = "DELETE FROM cb_cart_items WHERE id = ?2 AND cart_id = ?1";
    in_cart(connection, token, |work, cart| {
        work.execute(sql, (cart, line))
    })
}

/// Does something that changes one line of this cart; another cart's line is none of its lines.
fn in_cart(
    connection: &mut Connection,
    token: &CartToken,
    act: impl FnOnce(&Connection, i64) -> rusqlite::Result<usize>,
) -> Result<(), Trouble> {
    let work = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let cart = of_token(&work, token)?.ok_or(Trouble::Missing)?;
    if act(&work, cart)? != 1 {
        return Err(Trouble::Missing);
    }
    touch(&work, cart)?;
    Ok(work.commit()?)
}

fn of_token(connection: &Connection, token: &CartToken) -> rusqlite::Result<Option<i64>> {
    let sql = "SELECT id FROM cb_carts WHERE token = ?1";
    let found = connection.query_row(sql, [token.as_str()], |row| row.get(0));
    found.optional()
}

/// The line that holds the same product with the same answers, and how many.
fn the_same(
    connection: &Connection,
    cart: i64,
    wanted: &Configured,
) -> rusqlite::Result<Option<(i64, i64)>> {
    let sql = "SELECT id, quantity FROM cb_cart_items WHERE cart_id = ?1 AND product_id = ?2";
    let mut select = connection.prepare(sql)?;
    let mut rows = select.query((cart, wanted.product()))?;
    while let Some(row) = rows.next()? {
        let item = row.get(0)?;
        if answers(connection, item)? == *wanted.answers() {
            return Ok(Some((item, row.get(1)?)));
        }
    }
    Ok(None)
}

fn answers(connection: &Connection, item: i64) -> rusqlite::Result<BTreeSet<i64>> {
    let sql = "SELECT answer_id FROM cb_cart_item_answers WHERE cart_item_id = ?1";
    let mut select = connection.prepare_cached(sql)?;
    let rows = select.query_map([item], |row| row.get(0))?;
    rows.collect()
}

fn touch(connection: &Connection, cart: i64) -> rusqlite::Result<usize> {
    let sql = "UPDATE cb_carts SET updated_at = CURRENT_TIMESTAMP WHERE id = ?1";
    connection.execute(sql, [cart])
}
