//! What clients call about notices.

use contract::{
    One,
    notices::{NoticeQuery, NoticeSettings, Notices, ReadNotices, Unread},
};
use leptos::{prelude::*, server_fn::codec::GetUrl};

#[cfg(feature = "ssr")]
use crate::caller::caller;
use crate::{fault::Fault, json::Json};

/// What the caller was told, newest first.
#[server(prefix = "/api/v1", endpoint = "notifications", input = GetUrl, output = Json)]
pub async fn list_notices(#[server(flatten)] query: NoticeQuery) -> Result<Notices, Fault> {
    let caller = caller()?;
    Ok(caller.desk.notices(&caller.who, query).await?)
}

/// How much of it they have not read.
#[server(prefix = "/api/v1", endpoint = "notifications/unread", input = GetUrl, output = Json)]
pub async fn count_unread() -> Result<One<Unread>, Fault> {
    let caller = caller()?;
    Ok(One { data: caller.desk.unread_notices(&caller.who).await? })
}

/// Marks some of it as read.
#[server(name = ReadCall, prefix = "/api/v1", endpoint = "notifications/read", input = Json, output = Json)]
pub async fn read_notices(#[server(flatten)] ask: ReadNotices) -> Result<One<Unread>, Fault> {
    let caller = caller()?;
    Ok(One { data: caller.desk.read_notices(&caller.who, ask).await? })
}

/// How the caller wants to be told.
#[server(name = AskSettingsCall, prefix = "/api/v1", endpoint = "notifications/preferences", input = GetUrl, output = Json)]
pub async fn notice_settings() -> Result<One<NoticeSettings>, Fault> {
    let caller = caller()?;
    Ok(One { data: caller.desk.notice_settings(&caller.who).await? })
}

/// Says how the caller wants to be told.
#[server(name = SettingsCall, prefix = "/api/v1", endpoint = "notifications/preferences", input = Json, output = Json)]
pub async fn set_notice_settings(#[server(flatten)] settings: NoticeSettings) -> Result<One<NoticeSettings>, Fault> {
    let caller = caller()?;
    Ok(One { data: caller.desk.set_notice_settings(&caller.who, settings).await? })
}
