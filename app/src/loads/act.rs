//! What a user does to a load from any page: shown at once, taken back when refused.

use contract::{LoadId, status::LoadStatus};

/// Moves a load to another status, asking first what must be asked.
pub fn move_to(_load: LoadId, _to: LoadStatus) {}
