//! Signing in. The calls themselves are plain forms and plain HTTP, so that they work before the page has woken.

pub mod join;
pub mod sign_in;
