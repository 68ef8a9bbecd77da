//! [`Visitor`]: who looks at the dashboard, as the application says.

/// Who looks at the dashboard. The application decides, by whatever it knows its people by; see
/// [`Dashboard::visitors`](crate::Dashboard::visitors).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Visitor {
    /// Somebody whom the dashboard is none of the business of: answered with 403 everywhere but at `/healthz` and `/readyz`.
    Stranger,
    /// Somebody who may look, and change nothing.
    Reader,
    /// Somebody who may act too.
    Operator {
        /// The person, as the history is to have them beside a decision.
        name: String,
    },
}
