//! [`Visit`]: who looks at a page of the shop, which there is only while the shop may serve.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::Response;

use crate::cart::CartToken;
use crate::upkeep::{Notice, Service};
use crate::web::{Shop, cookie, page};

/// Who looks. A page that takes it is closed while an upgrade works: there is none then, but a page that says so.
#[derive(Debug)]
pub(crate) struct Visit {
    /// Whether it is the administrator.
    pub(crate) admin: bool,
    /// What the administrator has to know; nobody else is told.
    pub(crate) notices: Vec<Notice>,
    /// The visitor's cart.
    pub(crate) cart: Option<CartToken>,
}

impl FromRequestParts<Arc<Shop>> for Visit {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, shop: &Arc<Shop>) -> Result<Self, Response> {
        let admin = shop.password.knows(&parts.headers);
        let notices = match (shop.upkeep.service().await, admin) {
            (Service::Upgrading, _) => return Err(page::maintenance(admin)),
            (Service::Open(notices), true) => notices,
            (Service::Open(_), false) => Vec::new(),
        };
        let cart = cookie::value(&parts.headers, cookie::CART);
        Ok(Self {
            admin,
            notices,
            cart: cart.and_then(CartToken::of_cookie),
        })
    }
}

impl Visit {
    /// Somebody of whom nothing is known.
    pub(crate) fn of_a_stranger() -> Self {
        Self {
            admin: false,
            notices: Vec::new(),
            cart: None,
        }
    }
}
