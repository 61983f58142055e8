//! Whether a load belongs to what is asked for, as far as the browser can tell. The server decides; this only finds
//! out that a list has gone out of date.

use contract::{
    Timestamp, UserId,
    loads::{LoadQuery, LoadRow, View},
    risk::{Risk, outlook},
    status::LoadStatus as S,
};

use super::asked::chosen;

/// Whether a load belongs to what is asked for; `me` is who looks.
pub fn fits(asked: &LoadQuery, load: &LoadRow, me: Option<UserId>, now: Timestamp) -> bool {
    let has = |names: Option<&str>, name: &str| names.is_none() || chosen(names).any(|chosen| chosen == name);
    has(asked.status.as_deref(), load.status.name())
        && has(asked.equipment.as_deref(), load.equipment.name())
        && asked.carrier_id.is_none_or(|id| load.carrier.as_ref().is_some_and(|carrier| carrier.id == id))
        && asked.dispatcher_id.is_none_or(|id| load.dispatcher.as_ref().is_some_and(|dispatcher| dispatcher.id == id))
        && asked.q.as_deref().is_none_or(|text| load.mentions(text))
        && asked.view.is_none_or(|view| is_in(view, load, me, now))
}

fn is_in(view: View, load: &LoadRow, me: Option<UserId>, now: Timestamp) -> bool {
    match view {
        View::DeliveredToday => return load.is_delivered_today(now),
        View::CompletedLately => return load.is_completed_lately(now),
        // Whether a load moved into these depends on what its row doesn't say; a page of figures is read again anyway.
        View::DispatchedToday => return load.status.is_under_way(),
        View::DeliveredLate => return matches!(load.status, S::Delivered | S::Completed),
        _ => {}
    }
    !load.status.is_finished()
        && match view {
            View::DeliveredToday | View::CompletedLately | View::DispatchedToday | View::DeliveredLate => false,
            View::Active | View::Board => true,
            View::Urgent => load.is_urgent(now),
            View::Unassigned => load.carrier.is_none(),
            // Today on the stop's own clock; the company's, by which the server goes, isn't known here.
            View::Today => load.pickup.is_same_day(load.pickup.start, now),
            View::InTransit => matches!(load.status, S::AtPickup | S::PickedUp | S::InTransit | S::AtDelivery),
            View::AtRisk => outlook(load, now).risk != Risk::None,
            View::Mine => load.dispatcher.as_ref().is_some_and(|dispatcher| Some(dispatcher.id) == me),
        }
}
