//! `--format json`, and its shapes in docs/json.md.
