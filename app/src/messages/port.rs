//! What the pages ask of messages.

use async_trait::async_trait;
use contract::{
    Listed, LoadId, Refusal,
    actor::Actor,
    messages::{
        Colleague, ConversationAt, Message, MessageQuery, ReadMessages, SendMessage, ThreadQuery, ThreadRow,
        UnreadMessages,
    },
};

/// Messages about loads.
#[async_trait]
pub trait Messages: Send + Sync {
    /// A part of the thread of a load.
    async fn conversation(&self, who: &Actor, query: MessageQuery) -> Result<ConversationAt, Refusal>;

    /// The threads that match, what was written last first.
    async fn threads(&self, who: &Actor, query: ThreadQuery) -> Result<Listed<ThreadRow>, Refusal>;

    /// How much the caller has not read.
    async fn unread(&self, who: &Actor) -> Result<UnreadMessages, Refusal>;

    /// Writes a message.
    async fn send_message(&self, who: &Actor, ask: SendMessage) -> Result<Message, Refusal>;

    /// Notes how far the caller has read.
    async fn read_messages(&self, who: &Actor, ask: ReadMessages) -> Result<UnreadMessages, Refusal>;

    /// Whom the caller can name in a message about a load.
    async fn colleagues(&self, who: &Actor, load: LoadId) -> Result<Vec<Colleague>, Refusal>;
}
