//! What pages ask about notices.

use async_trait::async_trait;
use contract::{
    Refusal,
    actor::Actor,
    notices::{NoticeQuery, NoticeSettings, Notices as Page, ReadNotices, Unread},
};

/// What somebody was told, and how they want to be.
#[async_trait]
pub trait Notices: Send + Sync {
    /// What the caller was told, newest first.
    async fn notices(&self, who: &Actor, query: NoticeQuery) -> Result<Page, Refusal>;

    /// How much of it they have not read.
    async fn unread_notices(&self, who: &Actor) -> Result<Unread, Refusal>;

    /// Marks some of it as read.
    async fn read_notices(&self, who: &Actor, ask: ReadNotices) -> Result<Unread, Refusal>;

    /// How the caller wants to be told.
    async fn notice_settings(&self, who: &Actor) -> Result<NoticeSettings, Refusal>;

    /// Says how the caller wants to be told.
    async fn set_notice_settings(&self, who: &Actor, settings: NoticeSettings) -> Result<NoticeSettings, Refusal>;
}
