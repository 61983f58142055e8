//! What clients call about messages.

use contract::{
    Listed, LoadId, One,
    messages::{
        Colleague, ConversationAt, Message, MessageQuery, ReadMessages, SendMessage, ThreadQuery, ThreadRow,
        UnreadMessages,
    },
};
use leptos::{prelude::*, server_fn::codec::GetUrl};

#[cfg(feature = "ssr")]
use crate::caller::caller;
use crate::{fault::Fault, json::Json};

/// A part of the thread of a load.
#[server(prefix = "/api/v1", endpoint = "messages", input = GetUrl, output = Json)]
pub async fn conversation(#[server(flatten)] query: MessageQuery) -> Result<ConversationAt, Fault> {
    let caller = caller()?;
    Ok(caller.desk.conversation(&caller.who, query).await?)
}

/// Writes a message about a load.
#[server(name = MessageCall, prefix = "/api/v1", endpoint = "messages", input = Json, output = Json)]
pub async fn send_message(#[server(flatten)] ask: SendMessage) -> Result<One<Message>, Fault> {
    let caller = caller()?;
    Ok(One { data: caller.desk.send_message(&caller.who, ask).await? })
}

/// The threads that match, what was written last first.
#[server(prefix = "/api/v1", endpoint = "messages/threads", input = GetUrl, output = Json)]
pub async fn list_threads(#[server(flatten)] query: ThreadQuery) -> Result<Listed<ThreadRow>, Fault> {
    let caller = caller()?;
    Ok(caller.desk.threads(&caller.who, query).await?)
}

/// How much the caller has not read.
#[server(prefix = "/api/v1", endpoint = "messages/unread", input = GetUrl, output = Json)]
pub async fn count_unread() -> Result<One<UnreadMessages>, Fault> {
    let caller = caller()?;
    Ok(One { data: caller.desk.unread(&caller.who).await? })
}

/// Notes how far the caller has read.
#[server(name = ReadCall, prefix = "/api/v1", endpoint = "messages/read", input = Json, output = Json)]
pub async fn read_messages(#[server(flatten)] ask: ReadMessages) -> Result<One<UnreadMessages>, Fault> {
    let caller = caller()?;
    Ok(One { data: caller.desk.read_messages(&caller.who, ask).await? })
}

/// Whom the caller can name in a message about a load.
#[server(prefix = "/api/v1", endpoint = "messages/people", input = GetUrl, output = Json)]
pub async fn message_people(#[server(rename = "loadId")] load_id: LoadId) -> Result<One<Vec<Colleague>>, Fault> {
    let caller = caller()?;
    Ok(One { data: caller.desk.colleagues(&caller.who, load_id).await? })
}
