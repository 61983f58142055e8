//! What can go wrong with a call to the server, as a page sees it.

use contract::{Code, Refusal, refusal::Refused};
use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
use serde::{Deserialize, Serialize};

use crate::json::Text;

/// A call that didn't succeed: the server said no, or it couldn't be reached.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[serde(untagged, try_from = "Flat")]
pub enum Fault {
    /// The server said no, and why.
    #[error("{}", .0.error)]
    Refused(Refused),
    /// The server wasn't there.
    #[error("the server can't be reached: {unreachable}")]
    Unreachable {
        /// In the browser's words.
        unreachable: String,
    },
}

/// A fault as it travels. Read as `untagged`, it would be kept in a tree first.
#[derive(Deserialize)]
struct Flat {
    error: Option<Refusal>,
    unreachable: Option<String>,
}

impl TryFrom<Flat> for Fault {
    type Error = &'static str;

    fn try_from(flat: Flat) -> Result<Self, Self::Error> {
        match flat {
            Flat { error: Some(error), .. } => Ok(error.into()),
            Flat { unreachable: Some(unreachable), .. } => Ok(Self::Unreachable { unreachable }),
            _ => Err("a fault has an error or is unreachable"),
        }
    }
}

impl Fault {
    /// The refusal, if the server answered at all.
    pub const fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Refused(refused) => Some(&refused.error),
            Self::Unreachable { .. } => None,
        }
    }

    /// Whether it only means that nothing is known anew, and not that the reader may no longer see what was there.
    pub fn says_nothing(&self) -> bool {
        self.code().is_none_or(|code| code.status() >= 429)
    }

    /// The code of the refusal, if the server answered at all.
    pub fn code(&self) -> Option<Code> {
        self.refusal().map(|refusal| refusal.code)
    }
}

impl From<Refusal> for Fault {
    fn from(error: Refusal) -> Self {
        Self::Refused(Refused { error })
    }
}

impl FromServerFnError for Fault {
    type Encoder = Text;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Args(fault) | ServerFnErrorErr::MissingArg(fault) => {
                Refusal::invalid("input", fault).into()
            }
            ServerFnErrorErr::Request(text) | ServerFnErrorErr::Response(text) => {
                Self::Unreachable { unreachable: text }
            }
            // In the browser an answer that is no JSON comes from something between us and the server.
            ServerFnErrorErr::Deserialization(text) if cfg!(feature = "hydrate") => {
                Self::Unreachable { unreachable: text }
            }
            ServerFnErrorErr::Deserialization(fault) => Refusal::invalid("input", fault).into(),
            other => Refusal::new(Code::Internal, other.to_string()).into(),
        }
    }
}
