//! The list of products, and the page on which one of them is configured.

use std::collections::BTreeSet;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;

use crate::cart::Quantity;
use crate::catalog::{self, Listed};
use crate::configuration::{Complaint, Configured, Product, configure};
use crate::database::{Database, Trouble};
use crate::web::visit::Visit;
use crate::web::{Shop, page};

#[derive(Template)]
#[template(path = "../examples/shop/templates/products.html")]
struct Products<'a> {
    visit: &'a Visit,
    products: Vec<Listed>,
}

#[derive(Template)]
#[template(path = "../examples/shop/templates/product.html")]
struct ProductPage<'a> {
    visit: &'a Visit,
    product: &'a Product,
    chosen: &'a BTreeSet<i64>,
    quantity: Quantity,
    configured: Result<Configured, Vec<Complaint>>,
}

/// A form's fields, as a browser sends them.
pub(crate) type Fields = Vec<(String, String)>;

/// A field of a form; empty, where it has none.
pub(crate) fn field<'f>(fields: &'f Fields, name: &str) -> &'f str {
    let found = fields.iter().find(|(one, _)| one == name);
    found.map_or("", |(_, value)| value)
}

pub(crate) async fn list(visit: Visit, State(shop): State<Arc<Shop>>) -> Response {
    let products = shop
        .database
        .ask(|connection| Ok(catalog::products(connection)?));
    match products.await {
        Ok(products) => {
            let visit = &visit;
            page::show(StatusCode::OK, &Products { visit, products })
        }
        Err(trouble) => page::trouble(&visit, &trouble),
    }
}

/// A product with what was chosen so far; with the first answers, where nothing was.
pub(crate) async fn show(
    visit: Visit,
    State(shop): State<Arc<Shop>>,
    Path(id): Path<String>,
    Query(fields): Query<Fields>,
) -> Response {
    let product = match product(&shop.database, &id).await {
        Ok(product) => product,
        Err(trouble) => return page::trouble(&visit, &trouble),
    };
    let chosen = match chosen(&fields) {
        Ok(chosen) if chosen.is_empty() => product.first_answers(),
        Ok(chosen) => chosen,
        Err(trouble) => return page::trouble(&visit, &trouble),
    };
    let quantity = field(&fields, "quantity").parse().unwrap_or_default();
    configurator(&visit, &product, &chosen, quantity)
}

/// The page of a product: its price so configured, or what is wrong with that.
pub(crate) fn configurator(
    visit: &Visit,
    product: &Product,
    chosen: &BTreeSet<i64>,
    quantity: Quantity,
) -> Response {
    let configured = configure(product, chosen);
    let status = match configured {
        Ok(_) => StatusCode::OK,
        Err(_) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let page = ProductPage {
        visit,
        product,
        chosen,
        quantity,
        configured,
    };
    page::show(status, &page)
}

/// The product of this id.
pub(crate) async fn product(database: &Database, id: &str) -> Result<Product, Trouble> {
    let id: i64 = id.parse().map_err(|_| Trouble::Missing)?;
    database
        .ask(move |connection| catalog::product(connection, id)?.ok_or(Trouble::Missing))
        .await
}

/// The answers that a form has.
pub(crate) fn chosen(fields: &Fields) -> Result<BTreeSet<i64>, Trouble> {
    let answers = fields
        .iter()
        .filter(|(name, _)| name.starts_with("question-"));
    answers
        .map(|(_, id)| id.parse())
        .collect::<Result<_, _>>()
        .map_err(|_| Trouble::Refused(vec![Complaint::Foreign]))
}

/// What there is no page for.
pub(crate) async fn nothing(visit: Visit) -> Response {
    page::trouble(&visit, &Trouble::Missing)
}
