//! What is written about loads: a thread for each, between the desk, the load's carrier and its driver, and notes that
//! stay among the desk (`domain.md` §4.10).
//!
//! A message belongs to the carrier that the load had when it was sent. That carrier's people read it for as long as the
//! load is theirs; a later carrier never does, and a former one reads nothing more. The company's own staff read all of
//! it, with the carrier's name. A load of which no carrier knows yet has staff notes only.

use serde::{Deserialize, Serialize};

use crate::{CarrierId, ClientKey, LoadId, MessageId, Timestamp, UserId, event::Cursor, status::LoadStatus};

/// How long a message may be, in characters.
pub const MAX_TEXT: usize = 2_000;

/// How many people one message may mention.
pub const MAX_MENTIONS: usize = 20;

/// How many messages a page of a thread has, unless it is asked for another number.
pub const PAGE_SIZE: u32 = 50;

/// How many it may have at most.
pub const MAX_PAGE_SIZE: u32 = 100;

/// For how many days something that was written stays in the list of threads and counts as unread. What is older is
/// found at its load.
pub const RECENT_DAYS: i64 = 30;

/// Who may read a message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// The desk, and the people of the carrier that the load has.
    #[default]
    Everyone,
    /// The desk alone.
    Staff,
}

/// Somebody writes about a load.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct SendMessage {
    /// About which.
    pub load_id: LoadId,
    /// What, in 2,000 characters at most.
    pub text: String,
    /// For whom.
    pub audience: Audience,
    /// Made by the sender, once for each message: what comes twice under the same key is one message.
    pub client_key: ClientKey,
    /// Whom the text names. Who may not read the message gets nothing of it.
    #[serde(default)]
    pub mentions: Vec<UserId>,
    /// Who wrote it, when it has waited in a browser: refused when somebody else is signed in there by now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sender_id: Option<UserId>,
    /// The carrier that the desk meant: refused when the load has another one by now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carrier_id: Option<CarrierId>,
}

/// A message, as its reader may see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Message {
    /// Which.
    pub id: MessageId,
    /// About which load.
    pub load_id: LoadId,
    /// What was written.
    pub text: String,
    /// For whom.
    pub audience: Audience,
    /// Who wrote it; to a carrier's people the desk is nobody in particular.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sender_id: Option<UserId>,
    /// As the reader knows them: to a carrier's people the desk writes as the company.
    pub sender_name: String,
    /// Whether it is the reader's own.
    pub own: bool,
    /// Whether it comes from the carrier's side.
    pub from_carrier: bool,
    /// To which carrier it belongs; told to the desk alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carrier_name: Option<String>,
    /// Whom it names, of those whom the reader may know.
    pub mentions: Vec<UserId>,
    /// When it was stored.
    pub sent_at: Timestamp,
    /// The key that its sender gave it; told to them alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_key: Option<ClientKey>,
}

/// How far somebody has read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ReadMark {
    /// Who.
    pub user_id: UserId,
    /// As people call them.
    pub name: String,
    /// The newest message that they have read.
    pub message_id: MessageId,
    /// When.
    pub read_at: Timestamp,
}

/// Which part of a thread is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct MessageQuery {
    /// Of which load.
    pub load_id: LoadId,
    /// Only what is older than this message; the newest when absent.
    #[serde(default)]
    pub before: Option<MessageId>,
    /// How many at most, 1 to 100; 50 when absent.
    #[serde(default, deserialize_with = "crate::lenient::number")]
    pub size: Option<u32>,
}

/// The load of a thread, as far as a thread shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ThreadLoad {
    /// Which.
    pub id: LoadId,
    /// As people call it.
    pub load_number: String,
    /// Where it is in its life.
    pub status: LoadStatus,
    /// Where it starts: `Kansas City, MO`.
    pub origin: String,
    /// Where it ends.
    pub destination: String,
    /// The carrier it has; told to the desk alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carrier_id: Option<CarrierId>,
    /// What that is called; told to the desk alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carrier_name: Option<String>,
}

/// A part of a thread.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Conversation {
    /// Of which load.
    pub load: ThreadLoad,
    /// What was written, the oldest first.
    pub messages: Vec<Message>,
    /// Whether there is anything older.
    pub has_older: bool,
    /// How far others have read: all of them for the desk, their own colleagues for a carrier's people.
    pub reads: Vec<ReadMark>,
    /// The newest message that the reader has read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_read: Option<MessageId>,
    /// How many messages of others the reader has not read.
    pub unread: u32,
    /// For whom the reader can write here now; for nobody when they only look on.
    pub audiences: Vec<Audience>,
}

/// Which threads are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ThreadQuery {
    /// Words of which each is in the load's number, its customer, its carrier or in what was written.
    #[serde(default)]
    pub q: Option<String>,
    /// Counted from 1.
    #[serde(default, deserialize_with = "crate::lenient::number")]
    pub page: Option<u32>,
    /// How many at most, 1 to 100; 50 when absent.
    #[serde(default, deserialize_with = "crate::lenient::number")]
    pub size: Option<u32>,
}

/// A thread, as lists show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ThreadRow {
    /// Of which load.
    pub load: ThreadLoad,
    /// The newest message in it that the reader may see.
    pub newest: Message,
    /// How many messages of others the reader has not read.
    pub unread: u32,
    /// Whether one of them names the reader.
    pub is_mentioned: bool,
}

/// How much the reader has not read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct UnreadMessages {
    /// Messages of others.
    pub messages: u32,
    /// Threads with any of them.
    pub threads: u32,
    /// How many of the threads name the reader in one of them.
    pub mentions: u32,
}

/// Somebody has read a thread up to a message. A mark never goes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ReadMessages {
    /// Of which load.
    pub load_id: LoadId,
    /// The newest message that was read.
    pub message_id: MessageId,
}

/// Somebody who can be named in a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Colleague {
    /// Who.
    pub id: UserId,
    /// As people call them.
    pub name: String,
}

/// A thread with the cursor from which its later changes can be followed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ConversationAt {
    /// The thread.
    pub data: Conversation,
    /// Where the reader's streams stood before it was read.
    pub cursor: Cursor,
    /// The server's clock when it answered.
    pub as_of: Timestamp,
}

/// What may be written to a load's thread by somebody, given whether they are of the staff, and whether a carrier knows of
/// the load.
pub fn audiences(is_staff: bool, has_carrier: bool) -> Vec<Audience> {
    match (is_staff, has_carrier) {
        (true, true) => vec![Audience::Everyone, Audience::Staff],
        (true, false) => vec![Audience::Staff],
        (false, true) => vec![Audience::Everyone],
        (false, false) => Vec::new(),
    }
}

/// Whether a carrier's people may see a message, given to which carrier it belongs.
pub fn is_for_carrier(audience: Audience, belongs_to: Option<CarrierId>, reader: Option<CarrierId>) -> bool {
    audience == Audience::Everyone && belongs_to.is_some() && belongs_to == reader
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn only_the_desk_writes_notes_and_nobody_writes_to_a_carrier_that_is_not_there() {
        assert_eq!(audiences(true, true), [Audience::Everyone, Audience::Staff]);
        assert_eq!(audiences(true, false), [Audience::Staff]);
        assert_eq!(audiences(false, true), [Audience::Everyone]);
        assert!(audiences(false, false).is_empty());
    }

    #[test]
    fn a_carriers_people_see_what_was_written_to_them_and_nothing_else() {
        let carrier = |number| Some(CarrierId::new(Uuid::from_u128(number)));
        assert!(is_for_carrier(Audience::Everyone, carrier(1), carrier(1)));
        assert!(!is_for_carrier(Audience::Staff, carrier(1), carrier(1)), "a note is the desk's");
        assert!(!is_for_carrier(Audience::Everyone, carrier(1), carrier(2)), "it was written to another");
        assert!(!is_for_carrier(Audience::Everyone, None, None), "somebody without a carrier is no carrier");
    }

    #[test]
    fn an_audience_is_one_of_two_words() {
        assert_eq!(serde_json::to_string(&Audience::Everyone).expect("json"), "\"everyone\"");
        assert_eq!(serde_json::to_string(&Audience::Staff).expect("json"), "\"staff\"");
        assert!(serde_json::from_str::<Audience>("\"all\"").is_err());
    }
}
