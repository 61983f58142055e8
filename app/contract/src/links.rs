//! Links by which a driver reports without an app and without signing in (`users.md` §3, row 6).
//!
//! A link is for one load, as long as the carrier and the driver move it for whom it was made. Its token is known to whoever
//! made it and to whom they gave it; the server keeps a hash alone.

use serde::{Deserialize, Serialize};

use crate::{LinkId, LoadId, StopId, Timestamp, status::LoadStatus, tracking::AGEING_AFTER_MIN};

/// How long after the window of its last stop a link ends, in minutes: seven days, as far back as a position may be dated.
pub const LASTS_MIN: i64 = 7 * 24 * 60;

/// How many links that still work a load may have.
pub const MOST: usize = 10;

/// The longest note of a driver's, in characters.
pub const MAX_NOTE: usize = 300;

/// Whether a load in this status has use for a link: its truck is chosen, and it is not delivered.
pub const fn is_of_use(status: LoadStatus) -> bool {
    matches!(status, LoadStatus::Accepted) || status.is_under_way()
}

/// What a driver's page last said of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Said {
    /// It is open and sends.
    Sending,
    /// It is no longer in front: another page is, or the screen is off. Browsers give no position then.
    Paused,
    /// The telephone doesn't let it know where it is.
    Denied,
    /// The driver would rather not share now.
    NotNow,
    /// The driver has ended sharing.
    Stopped,
}

/// All of them.
pub const SAYINGS: [Said; 5] = [Said::Sending, Said::Paused, Said::Denied, Said::NotNow, Said::Stopped];

impl Said {
    /// The name on the wire and in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sending => "SENDING",
            Self::Paused => "PAUSED",
            Self::Denied => "DENIED",
            Self::NotNow => "NOT_NOW",
            Self::Stopped => "STOPPED",
        }
    }

    /// The one of this name, if there is one.
    pub fn named(name: &str) -> Option<Self> {
        SAYINGS.into_iter().find(|said| said.name() == name)
    }
}

/// Why a link works no longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Ended {
    /// Somebody at the desk ended it.
    Revoked,
    /// Its time is over.
    Expired,
    /// Another carrier or driver moves the load.
    Reassigned,
    /// The load is delivered, or no longer to be moved.
    Finished,
}

/// A link, as the desk sees it. Where it leads is told once, to who made it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct DriverLink {
    /// Which.
    pub id: LinkId,
    /// Of which load.
    pub load_id: LoadId,
    /// For which carrier.
    pub carrier_name: String,
    /// For which driver.
    pub driver_name: String,
    /// Who made it.
    pub made_by: String,
    /// When.
    pub made_at: Timestamp,
    /// When it ends by itself.
    pub expires_at: Timestamp,
    /// Why it works no longer, if that is so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Ended>,
    /// Who ended it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_by: Option<String>,
    /// When it was opened first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opened_at: Option<Timestamp>,
    /// How often it was opened.
    pub opens: u32,
    /// When the driver agreed to share where they are; nothing while they don't.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent_at: Option<Timestamp>,
    /// What its page last said of itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<Said>,
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said_at: Option<Timestamp>,
    /// How many positions waited there to be sent.
    pub waiting: u32,
    /// When a position came by it last, by the server's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_fix_at: Option<Timestamp>,
    /// What the driver last wrote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub noted_at: Option<Timestamp>,
}

/// How a link does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    /// It works no longer.
    Ended(Ended),
    /// Nobody has opened it.
    Unopened,
    /// It was opened, and the driver hasn't said whether they share.
    Unanswered,
    /// The driver has just agreed; the first position is to come.
    Starting,
    /// Positions come.
    Sending {
        /// When the last one came.
        at: Timestamp,
    },
    /// The page is no longer in front.
    Paused {
        /// Since when.
        since: Timestamp,
    },
    /// The driver shares, but nothing comes: the page is closed, or there is no signal.
    Silent {
        /// Since when.
        since: Timestamp,
    },
    /// The telephone doesn't let the page know where it is.
    Denied,
    /// The driver would rather not share.
    NotNow,
    /// The driver has ended sharing.
    Stopped,
}

impl DriverLink {
    /// How it does at `now`. `newest` is when the newest position of the load that came by a link is dated: it is known
    /// earlier than the link itself is read again.
    pub fn health(&self, now: Timestamp, newest: Option<Timestamp>) -> Health {
        if let Some(ended) = self.ended {
            return Health::Ended(ended);
        }
        let is_young = |at: Timestamp| now.since_ms(at) < AGEING_AFTER_MIN * 60_000;
        // A position of before the driver was asked came by another link.
        let newest = newest.filter(|at| self.consent_at.is_some_and(|agreed| *at >= agreed));
        let heard = self.last_fix_at.max(newest);
        let said = self.said.zip(self.said_at).filter(|(_, at)| heard.is_none_or(|heard| *at >= heard));
        match said {
            Some((Said::Denied, _)) => return Health::Denied,
            Some((Said::NotNow, _)) => return Health::NotNow,
            Some((Said::Stopped, _)) => return Health::Stopped,
            Some((Said::Paused, since)) => return Health::Paused { since },
            Some((Said::Sending, _)) | None => {}
        }
        match (heard, self.consent_at) {
            (Some(at), _) if is_young(at) => Health::Sending { at },
            (None, Some(at)) if is_young(at) => Health::Starting,
            (Some(since), _) | (None, Some(since)) => Health::Silent { since },
            (None, None) if self.opened_at.is_some() => Health::Unanswered,
            (None, None) => Health::Unopened,
        }
    }
}

/// Makes a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct MakeLink {
    /// For which load.
    pub load_id: LoadId,
}

/// A link that was just made, with all that only its maker learns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct MadeLink {
    /// The link.
    pub link: DriverLink,
    /// Where it leads.
    pub url: String,
    /// A text message to the driver with it, as an address that a telephone opens.
    pub sms: String,
    /// A picture of it for a camera, as SVG.
    pub qr_svg: String,
    /// Where a tracking app sends its positions to.
    pub app_url: String,
    /// By what a tracking app names itself there.
    pub app_id: String,
}

/// Ends a link at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct RevokeLink {
    /// Which.
    pub link_id: LinkId,
}

/// What a driver can do at the stop that is next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Say that they have come.
    Arrive,
    /// Say that they have left, loaded or unloaded.
    Depart,
}

/// A position from a driver's page. Of which load it is, the link says; whatever else it brings counts for nothing.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LinkFix {
    /// Degrees north.
    pub lat: f64,
    /// Degrees east.
    pub lng: f64,
    /// By the telephone's clock.
    pub recorded_at: Timestamp,
    /// Miles an hour.
    #[serde(default)]
    pub speed: Option<f64>,
    /// Degrees clockwise from north.
    #[serde(default)]
    pub heading: Option<f64>,
    /// Metres.
    #[serde(default)]
    pub accuracy: Option<f64>,
}

/// Several of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LinkFixes {
    /// In the order of their time.
    pub positions: Vec<LinkFix>,
}

/// The truck came to a stop, or left it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AtStop {
    /// Which.
    pub stop_id: StopId,
}

/// What a driver's page says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SayLink {
    /// Whether it was just opened. The page's own script says so: programs that look where a link in a message leads only
    /// read the page.
    #[serde(default)]
    pub opened: bool,
    /// How it does.
    #[serde(default)]
    pub state: Option<Said>,
    /// Whether the driver agrees to share, when they say so just now.
    #[serde(default)]
    pub consent: Option<bool>,
    /// How many positions wait there.
    #[serde(default)]
    pub waiting: u32,
    /// What the driver writes.
    #[serde(default)]
    pub note: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_795_000_000_000);

    fn ago(minutes: i64) -> Timestamp {
        NOW.plus_minutes(-minutes)
    }

    fn link() -> DriverLink {
        DriverLink {
            id: LinkId::new(uuid::Uuid::nil()),
            load_id: LoadId::new(uuid::Uuid::nil()),
            carrier_name: String::new(),
            driver_name: String::new(),
            made_by: String::new(),
            made_at: NOW.plus_minutes(-90),
            expires_at: NOW.plus_minutes(LASTS_MIN),
            ended: None,
            revoked_by: None,
            opened_at: None,
            opens: 0,
            consent_at: None,
            said: None,
            said_at: None,
            waiting: 0,
            last_fix_at: None,
            note: None,
            noted_at: None,
        }
    }

    #[test]
    fn a_link_says_truly_how_it_does() {
        let agreed = DriverLink { opened_at: Some(ago(60)), consent_at: Some(ago(60)), ..link() };
        let said =
            |said, minutes, link: DriverLink| DriverLink { said: Some(said), said_at: Some(ago(minutes)), ..link };
        let since = NOW.plus_minutes(-12);
        for (link, newest, health) in [
            (link(), None, Health::Unopened),
            (link(), Some(ago(1)), Health::Unopened),
            (DriverLink { opened_at: Some(ago(1)), ..link() }, None, Health::Unanswered),
            (said(Said::NotNow, 1, DriverLink { opened_at: Some(ago(1)), ..link() }), None, Health::NotNow),
            (DriverLink { opened_at: Some(ago(1)), consent_at: Some(ago(1)), ..link() }, None, Health::Starting),
            (agreed.clone(), Some(ago(12)), Health::Silent { since }),
            (agreed.clone(), Some(ago(1)), Health::Sending { at: NOW.plus_minutes(-1) }),
            (said(Said::Sending, 0, agreed.clone()), Some(ago(12)), Health::Silent { since }),
            (said(Said::Paused, 12, agreed.clone()), Some(ago(13)), Health::Paused { since }),
            (said(Said::Paused, 12, agreed.clone()), Some(ago(1)), Health::Sending { at: NOW.plus_minutes(-1) }),
            (said(Said::Denied, 1, agreed.clone()), Some(ago(2)), Health::Denied),
            (said(Said::Stopped, 1, agreed.clone()), Some(ago(2)), Health::Stopped),
            (DriverLink { ended: Some(Ended::Revoked), ..agreed }, Some(ago(0)), Health::Ended(Ended::Revoked)),
        ] {
            assert_eq!(link.health(NOW, newest), health, "{link:?}");
        }
    }

    #[test]
    fn every_saying_is_found_by_its_name() {
        for said in SAYINGS {
            assert_eq!(Said::named(said.name()), Some(said));
            assert_eq!(serde_json::to_string(&said).expect("json"), format!("\"{}\"", said.name()));
        }
    }
}
