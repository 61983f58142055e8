//! What can be wrong with a field.

use serde::{Deserialize, Serialize};

/// What is wrong with a field of the input, in one word: pages have words of their own for each, in the reader's
/// language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Flaw {
    /// Nothing is there.
    Needed,
    /// More letters than it may have.
    TooLong,
    /// It can't be read as what it should be.
    Unreadable,
    /// A number, or a number of things, beyond what is possible.
    OutOfRange,
    /// It names nothing that is known.
    Unknown,
    /// The caller's role doesn't set it.
    NotAllowed,
    /// It doesn't go with what stands before it.
    WrongOrder,
    /// It lies too far in the future.
    TooFarAhead,
}
