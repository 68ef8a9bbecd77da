//! [`Money`]: an amount, as people read it.

use std::fmt;

/// An amount of a currency that has cents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Money {
    /// How much, in cents.
    pub(crate) cents: i64,
    /// Of what, as `EUR`.
    pub(crate) currency: String,
}

impl Money {
    /// So much of the same currency.
    pub(crate) fn with(&self, cents: i64) -> Self {
        Self {
            cents,
            currency: self.currency.clone(),
        }
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.cents < 0 { "-" } else { "" };
        let cents = self.cents.unsigned_abs();
        let (whole, rest) = (cents / 100, cents % 100);
        write!(f, "{sign}{whole}.{rest:02} {}", self.currency)
    }
}
