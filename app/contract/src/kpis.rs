//! The desk's figures: what is in hand now, how the day goes beside earlier ones, and how well it went lately.

use serde::{Deserialize, Serialize};

use crate::{Day, Timestamp};

/// Over how many days rates are taken (`domain.md` §4.7 compares with the last month).
pub const RATE_DAYS: i64 = 30;

/// How many days the chart has, today among them.
pub const CHART_DAYS: usize = 14;

/// Whose loads the figures are about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum KpiScope {
    /// All of the company's.
    #[default]
    Team,
    /// Those that the reader looks after.
    Mine,
}

/// Which figures are asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct KpiQuery {
    /// Whose; the whole team's when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<KpiScope>,
}

/// A part of a whole. Of nothing there is no share.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Share {
    /// How many of them.
    pub met: u64,
    /// Of how many.
    pub of: u64,
}

impl Share {
    /// How many of a hundred, to a tenth; nothing where there is no whole.
    pub fn percent(self) -> Option<f64> {
        (self.of > 0).then(|| (self.met as f64 * 1_000.0 / self.of as f64).round() / 10.0)
    }
}

/// A count of today beside those of earlier days by the same time of day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Compared {
    /// Until now.
    pub today: u64,
    /// Until this time yesterday.
    pub yesterday: u64,
    /// Until this time a week ago.
    pub last_week: u64,
}

/// What was earned with delivered loads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Earned {
    /// What customers pay, in cents.
    pub revenue_cents: i64,
    /// What carriers are paid, in cents.
    pub cost_cents: i64,
    /// For how many loads; only those of which both are known.
    pub loads: u64,
}

impl Earned {
    /// The margin in hundredths of the revenue, to a tenth (`domain.md` §7.7); nothing without revenue.
    pub fn margin_percent(self) -> Option<f64> {
        let margin = (self.revenue_cents - self.cost_cents) as f64;
        (self.revenue_cents > 0).then(|| (margin * 1_000.0 / self.revenue_cents as f64).round() / 10.0)
    }
}

/// One day of the chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct KpiDay {
    /// Which.
    pub day: Day,
    /// How many loads were sent on their way, by the company's clock.
    pub dispatched: u64,
    /// How many were delivered, each by the clock of its last stop.
    pub delivered: u64,
    /// How many of these came after the window of their last stop had closed.
    pub late: u64,
}

/// The figures, for the caller's eyes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Kpis {
    /// When they were counted.
    pub as_of: Timestamp,
    /// Whose they are.
    pub scope: KpiScope,
    /// Loads that are neither completed nor cancelled.
    pub active: u64,
    /// Those without a carrier.
    pub unassigned: u64,
    /// Those that are late or tight, see [`crate::risk`].
    pub at_risk: u64,
    /// Trucks under way that were heard of lately.
    pub tracked: Share,
    /// Loads sent on their way.
    pub dispatched: Compared,
    /// Loads delivered.
    pub delivered: Compared,
    /// Pickups of the last 30 days to which the truck came before the window closed (`domain.md` §7.7).
    pub on_time_pickup: Share,
    /// Deliveries of the last 30 days, likewise.
    pub on_time_delivery: Share,
    /// Offers of the last 30 days that were accepted, of those that were answered or ran out.
    pub tenders_accepted: Share,
    /// What was earned in this month of the company's calendar; only for those who may see money.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub earned: Option<Earned>,
    /// The last days, oldest first, today last.
    pub days: Vec<KpiDay>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_nothing_there_is_no_share() {
        assert_eq!(Share { met: 0, of: 0 }.percent(), None);
        assert_eq!(Share { met: 2, of: 3 }.percent(), Some(66.7));
        assert_eq!(Share { met: 3, of: 3 }.percent(), Some(100.0));
        assert_eq!(Earned::default().margin_percent(), None);
        let earned = Earned { revenue_cents: 200_000, cost_cents: 230_000, loads: 1 };
        assert_eq!(earned.margin_percent(), Some(-15.0));
    }
}
