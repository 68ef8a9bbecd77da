//! What is seen before anything runs.
