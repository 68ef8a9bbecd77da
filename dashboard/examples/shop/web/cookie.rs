//! What a browser keeps for the shop.

use axum::http::HeaderMap;
use axum::http::header::COOKIE;

/// The cart's token.
pub(crate) const CART: &str = "shop_cart";
/// The administrator's session.
pub(crate) const ADMIN: &str = "shop_admin";

/// The value of a cookie; nothing where there are two, of which one is not the shop's.
pub(crate) fn value<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let cookies = headers.get_all(COOKIE).iter();
    let cookies = cookies.filter_map(|value| value.to_str().ok());
    let pairs = cookies.flat_map(|cookies| cookies.split(';'));
    let mut ours = pairs.filter_map(|pair| {
        let (found, value) = pair.trim().split_once('=')?;
        (found == name).then_some(value)
    });
    match (ours.next(), ours.next()) {
        (Some(value), None) => Some(value),
        (Some(_), Some(_)) | (None, _) => None,
    }
}
