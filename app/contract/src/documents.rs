//! The papers of a load: what they are, how large they may be, and who may see them (`domain.md` §§1.1, 2.1, 3.2).

use serde::{Deserialize, Serialize};

use crate::{DocumentId, LoadId, Timestamp};

/// How large a file may be, in bytes: 10 MiB, a phone's photograph with room to spare (`domain.md` §4.8).
pub const MAX_BYTES: u64 = 10 * 1024 * 1024;

/// How many documents a load may have.
pub const MAX_DOCUMENTS: usize = 50;

/// How long a file's name may be, in characters.
pub const MAX_NAME: usize = 120;

/// The kinds of file that are taken, as browsers offer them for choosing.
pub const ACCEPT: &str = ".pdf,.jpg,.jpeg,.png,.webp,.heic,.tif,.tiff";

/// What a paper is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DocumentKind {
    /// What carrier and desk have agreed, signed.
    RateConfirmation,
    /// The bill of lading.
    Bol,
    /// The proof of delivery: the papers that the receiver has signed.
    Pod,
    /// Anything else.
    Other,
}

/// Every kind, in the order of a load's life.
pub const KINDS: [DocumentKind; 4] =
    [DocumentKind::RateConfirmation, DocumentKind::Bol, DocumentKind::Pod, DocumentKind::Other];

impl DocumentKind {
    /// The name on the wire and in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::RateConfirmation => "RATE_CONFIRMATION",
            Self::Bol => "BOL",
            Self::Pod => "POD",
            Self::Other => "OTHER",
        }
    }

    /// The kind of this name, if there is one.
    pub fn named(name: &str) -> Option<Self> {
        KINDS.into_iter().find(|kind| kind.name() == name)
    }
}

/// A paper of a load.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Document {
    /// Which.
    pub id: DocumentId,
    /// What it is.
    pub kind: DocumentKind,
    /// The file's name.
    pub name: String,
    /// What the file holds, as its content says: `application/pdf`, `image/jpeg` and so on.
    pub media_type: String,
    /// Its length, in bytes.
    pub size_bytes: i64,
    /// Who uploaded it, as the reader may know them.
    pub uploaded_by: String,
    /// When.
    pub uploaded_at: Timestamp,
}

/// What goes with a file that is uploaded.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct AddDocument {
    /// To which load.
    pub load_id: LoadId,
    /// What it is.
    pub kind: DocumentKind,
    /// The file's name.
    #[serde(default)]
    pub name: Option<String>,
}

/// Takes a paper out.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct RemoveDocument {
    /// Of which load.
    pub load_id: LoadId,
    /// Which.
    pub document_id: DocumentId,
}
