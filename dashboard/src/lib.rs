//! The dashboard of [`upgrades`]: what an operator sees.
