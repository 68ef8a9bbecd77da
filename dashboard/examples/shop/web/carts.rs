//! The visitor's cart.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Form, Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};

use crate::cart::{self, Cart, CartToken, Quantity};
use crate::configuration::{Configured, configure};
use crate::database::Trouble;
use crate::web::products::{Fields, chosen, configurator, field, product};
use crate::web::visit::Visit;
use crate::web::{Shop, cookie, page};

/// How long a browser keeps a cart, in seconds: 30 days.
const KEPT: u32 = 30 * 24 * 3600;

#[derive(Template)]
#[template(path = "../examples/shop/templates/cart.html")]
struct CartPage<'a> {
    visit: &'a Visit,
    cart: Cart,
}

pub(crate) async fn show(visit: Visit, State(shop): State<Arc<Shop>>) -> Response {
    let cart = match visit.cart.clone() {
        Some(token) => {
            let cart = shop.database.ask(move |db| cart::cart(db, &token));
            cart.await
        }
        None => Ok(Cart::default()),
    };
    match cart {
        Ok(cart) => {
            let visit = &visit;
            page::show(StatusCode::OK, &CartPage { visit, cart })
        }
        Err(trouble) => page::trouble(&visit, &trouble),
    }
}

/// Puts a configured product into the cart; what does not go together is shown on the product's page.
pub(crate) async fn add(
    visit: Visit,
    State(shop): State<Arc<Shop>>,
    Form(fields): Form<Fields>,
) -> Response {
    let added = async {
        let product = product(&shop.database, field(&fields, "product")).await?;
        let chosen = chosen(&fields)?;
        let quantity: Quantity = field(&fields, "quantity").parse()?;
        let Ok(wanted) = configure(&product, &chosen) else {
            return Ok(configurator(&visit, &product, &chosen, quantity));
        };
        put(&shop, visit.cart.clone(), wanted, quantity).await
    };
    let added: Result<Response, Trouble> = added.await;
    added.unwrap_or_else(|trouble| page::trouble(&visit, &trouble))
}

async fn put(
    shop: &Shop,
    token: Option<CartToken>,
    wanted: Configured,
    quantity: Quantity,
) -> Result<Response, Trouble> {
    let token = shop
        .database
        .ask(move |db| cart::add(db, token, &wanted, quantity))
        .await?;
    let (name, token) = (cookie::CART, token.as_str());
    let cookie = format!("{name}={token}; Path=/; Max-Age={KEPT}; HttpOnly; SameSite=Lax");
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to("/cart")).into_response())
}

pub(crate) async fn change(
    visit: Visit,
    State(shop): State<Arc<Shop>>,
    Path(line): Path<String>,
    Form(fields): Form<Fields>,
) -> Response {
    let changed = async {
        let (token, line) = line_of(&visit, &line)?;
        let quantity: Quantity = field(&fields, "quantity").parse()?;
        let change = move |db: &mut _| cart::change(db, &token, line, quantity);
        shop.database.ask(change).await
    };
    back_to_cart(&visit, changed.await)
}

pub(crate) async fn remove(
    visit: Visit,
    State(shop): State<Arc<Shop>>,
    Path(line): Path<String>,
) -> Response {
    let removed = async {
        let (token, line) = line_of(&visit, &line)?;
        let remove = move |db: &mut _| cart::remove(db, &token, line);
        shop.database.ask(remove).await
    };
    back_to_cart(&visit, removed.await)
}

fn line_of(visit: &Visit, line: &str) -> Result<(CartToken, i64), Trouble> {
    let token = visit.cart.clone().ok_or(Trouble::Missing)?;
    let line = line.parse().map_err(|_| Trouble::Missing)?;
    Ok((token, line))
}

fn back_to_cart(visit: &Visit, done: Result<(), Trouble>) -> Response {
    match done {
        Ok(()) => Redirect::to("/cart").into_response(),
        Err(trouble) => page::trouble(visit, &trouble),
    }
}
