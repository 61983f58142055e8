//! Short notices at the bottom.

/// Makes room for notices on this page.
pub fn provide() {}
