//! What the shop sells: SQL about products, questions and rules.
//!
//! Prices come from the view `product_prices`, whose columns are a promise of the scripts: the list of products is there on
//! every schema since 2.2.0, whatever became of an upgrade. What a product asks needs 3.1.0.

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ValueRef};
use rusqlite::{Connection, OptionalExtension, Row};

use crate::configuration::{Answer, Product, Question, Rule, RuleKind};
use crate::money::Money;

/// A product in the list of all.
#[derive(Debug)]
pub(crate) struct Listed {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) price: Money,
}

/// All that is sold, by name.
pub(crate) fn products(connection: &Connection) -> rusqlite::Result<Vec<Listed>> {
    let mut select = connection.prepare(
        "SELECT product.id, product.name, product.description, price.price_cents, price.currency
           FROM cb_products AS product
           JOIN cb_product_prices AS price ON price.product_id = product.id
          WHERE price.price_list = 'standard'
          ORDER BY product.name, product.id",
    )?;
    let rows = select.query_map([], |row| {
        Ok(Listed {
            id: row.get("id")?,
            name: row.get("name")?,
            description: row.get("description")?,
            price: price(row)?,
        })
    })?;
    rows.collect()
}

/// A product that is sold, with what it asks; `None`: there is none of this id.
pub(crate) fn product(connection: &Connection, id: i64) -> rusqlite::Result<Option<Product>> {
    let mut select = connection.prepare_cached(
        "SELECT product.id, product.sku, product.name, product.description, price.price_cents, price.currency
           FROM cb_products AS product
           JOIN cb_product_prices AS price ON price.product_id = product.id
          WHERE price.price_list = 'standard' AND product.id = ?1",
    )?;
    let product = select.query_row([id], |row| {
        Ok(Product {
            id: row.get("id")?,
            sku: row.get("sku")?,
            name: row.get("name")?,
            description: row.get("description")?,
            price: price(row)?,
            questions: Vec::new(),
            rules: Vec::new(),
        })
    });
    let Some(product) = product.optional()? else {
        return Ok(None);
    };
    Ok(Some(Product {
        questions: questions(connection, id)?,
        rules: rules(connection, id)?,
        ..product
    }))
}

fn questions(connection: &Connection, product: i64) -> rusqlite::Result<Vec<Question>> {
    let mut select = connection.prepare_cached(
        "SELECT id, text FROM cb_questions WHERE product_id = ?1 ORDER BY position, id",
    )?;
    let rows = select.query_map([product], |row| {
        let id = row.get("id")?;
        Ok(Question {
            id,
            text: row.get("text")?,
            answers: answers(connection, id)?,
        })
    })?;
    rows.collect()
}

fn answers(connection: &Connection, question: i64) -> rusqlite::Result<Vec<Answer>> {
    let mut select = connection.prepare_cached(
        "SELECT id, text, surcharge_cents FROM cb_answers WHERE question_id = ?1 ORDER BY position, id",
    )?;
    let rows = select.query_map([question], |row| {
        Ok(Answer {
            id: row.get("id")?,
            text: row.get("text")?,
            surcharge_cents: row.get("surcharge_cents")?,
        })
    })?;
    rows.collect()
}

fn rules(connection: &Connection, product: i64) -> rusqlite::Result<Vec<Rule>> {
    let mut select = connection.prepare_cached(
        "SELECT rule.if_answer_id, rule.kind, rule.then_answer_id
           FROM cb_rules AS rule
           JOIN cb_answers AS answer ON answer.id = rule.if_answer_id
           JOIN cb_questions AS question ON question.id = answer.question_id
          WHERE question.product_id = ?1
          ORDER BY rule.id",
    )?;
    let rows = select.query_map([product], |row| {
        Ok(Rule {
            if_answer: row.get("if_answer_id")?,
            kind: row.get("kind")?,
            then_answer: row.get("then_answer_id")?,
        })
    })?;
    rows.collect()
}

fn price(row: &Row<'_>) -> rusqlite::Result<Money> {
    Ok(Money {
        cents: row.get("price_cents")?,
        currency: row.get("currency")?,
    })
}

impl FromSql for RuleKind {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        match value.as_str()? {
            "requires" => Ok(Self::Requires),
            "excludes" => Ok(Self::Excludes),
            unknown => Err(FromSqlError::Other(
                format!("a rule of the unknown kind {unknown:?}").into(),
            )),
        }
    }
}
