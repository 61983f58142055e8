//! The stops of a load that moves: which ones its truck has come to and left.

use contract::{
    Refusal, Timestamp,
    event::{StopArrived, StopDeparted},
    loads::{Happening, Stop},
    refusal::Rule,
    status::LoadStatus,
};

use super::also;
use crate::{
    error::Result,
    store::{
        Tx,
        loads::{self as rows, Record, stays},
    },
};
use LoadStatus as S;

/// A stop whose times changed: as it is now, whether the truck came, and whether it left.
pub struct Marked {
    stop: Stop,
    arrived: bool,
    departed: bool,
}

/// How many of a load's stops its truck has come to, and how many it has left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Progress {
    reached: usize,
    left: usize,
}

/// Notes at the stops what a move says of them; a skipped one is noted with those after it.
///
/// # Errors
/// When the move needs another stop, or skips one, or the database fails.
pub async fn mark(tx: &mut Tx<'_>, load: &Record, from: LoadStatus, to: LoadStatus) -> Result<Vec<Marked>> {
    if to == S::Cancelled || (!from.is_under_way() && !to.is_under_way() && !from.is_loaded()) {
        return Ok(Vec::new());
    }
    let now = tx.happened();
    let by_position = tx.by_position();
    let stops = rows::stops_in_tx(tx, load).await?;
    let reached = stops.iter().rposition(|stop| stop.arrived_at.is_some()).map_or(0, |last| last + 1);
    let progress = progress(from, to, reached, stops.len())?;
    let mut marked = Vec::new();
    for (index, mut stop) in stops.into_iter().enumerate() {
        let (came, left) = (index < progress.reached, index < progress.left);
        let (had_come, had_left) = (stop.arrived_at, stop.departed_at);
        let noted = |had: Option<Timestamp>, is_so: bool| is_so.then(|| had.unwrap_or(now));
        stop.arrived_at = noted(had_come, came);
        stop.departed_at = noted(had_left, left);
        if (stop.arrived_at, stop.departed_at) == (had_come, had_left) {
            continue;
        }
        let (arrived, departed) = (came && had_come.is_none(), left && had_left.is_none());
        stop.arrived_by_position = came && (stop.arrived_by_position || arrived && by_position.is_some());
        stop.departed_by_position = left && (stop.departed_by_position || departed && by_position.is_some());
        rows::mark_stop(tx, &(&stop).into()).await?;
        let city = stop.town.city.clone();
        if arrived {
            let late_min = stop.appointment.late_min(now);
            let happened = Happening::StopArrived { city: city.clone(), late_min, fix_at: by_position };
            rows::note(tx, load.id(), &happened).await?;
            stays::learn_usual(tx, &stop).await?;
        }
        if departed {
            rows::note(tx, load.id(), &Happening::StopDeparted { city, fix_at: by_position }).await?;
        }
        marked.push(Marked { stop, arrived, departed });
    }
    Ok(marked)
}

/// Notes that a truck left its last stop, where a move of the load would tell more than that: whether the freight was
/// delivered, somebody must say.
///
/// # Errors
/// When the database fails.
pub async fn leave_last(tx: &mut Tx<'_>, load: &Record) -> Result<Vec<Marked>> {
    let last = rows::stops_in_tx(tx, load).await?.pop();
    let Some(mut stop) = last.filter(|stop| stop.arrived_at.is_some() && stop.departed_at.is_none()) else {
        return Ok(Vec::new());
    };
    let fix_at = tx.by_position();
    stop.departed_at = Some(tx.happened());
    stop.departed_by_position = fix_at.is_some();
    rows::mark_stop(tx, &(&stop).into()).await?;
    rows::note(tx, load.id(), &Happening::StopDeparted { city: stop.town.city.clone(), fix_at }).await?;
    Ok(vec![Marked { stop, arrived: false, departed: true }])
}

/// How far a load has come along its `stops` stops after a move, when it had come to `reached` of them.
///
/// Between pickup and delivery a load goes from stop to stop: it arrives at the next one, and departs while there is
/// another one after it. Only from the last one is it delivered; a delivery told from the road says that all of them
/// are done.
fn progress(from: LoadStatus, to: LoadStatus, reached: usize, stops: usize) -> Result<Progress, Refusal> {
    let reached_all = reached >= stops;
    Ok(match (from, to) {
        (S::AtDelivery, S::InTransit) if reached_all => return Err(Refusal::rule(Rule::NoFurtherStop)),
        (S::AtDelivery, S::Delivered) if !reached_all => return Err(Refusal::rule(Rule::StopsRemain)),
        (S::AtDelivery, S::InTransit) => Progress { reached, left: reached },
        (S::InTransit, S::AtDelivery) => Progress { reached: (reached + 1).min(stops), left: reached.min(stops - 1) },
        (_, S::AtPickup | S::PickedUp) => Progress { reached: 1, left: 0 },
        (_, S::InTransit) => Progress { reached: 1, left: 1 },
        (_, S::AtDelivery) => Progress { reached: stops, left: stops.saturating_sub(1) },
        (_, S::Delivered | S::Completed) => Progress { reached: stops, left: stops },
        _ => Progress { reached: 0, left: 0 },
    })
}

/// Tells of the stops that a truck came to or left.
///
/// # Errors
/// When the database fails.
pub async fn tell(tx: &mut Tx<'_>, load: &Record, marked: &[Marked]) -> Result<()> {
    let (load_id, load_number) = (load.id(), &load.load_number);
    for Marked { stop, arrived, departed } in marked {
        let (stop_id, stop_type) = (stop.id, stop.kind);
        if let (true, Some(arrived_at)) = (arrived, stop.arrived_at) {
            let load_number = load_number.clone();
            let event = StopArrived { load_id, load_number, stop_id, stop_type, arrived_at };
            also(tx, load, |_| event.clone()).await?;
        }
        if let (true, Some(departed_at)) = (departed, stop.departed_at) {
            let load_number = load_number.clone();
            let event = StopDeparted { load_id, load_number, stop_id, stop_type, departed_at };
            also(tx, load, |_| event.clone()).await?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_load_with_three_stops_goes_from_one_to_the_next() {
        let mut status = S::Dispatched;
        let mut reached = 0;
        for (to, expected) in [
            (S::AtPickup, (1, 0)),
            (S::PickedUp, (1, 0)),
            (S::InTransit, (1, 1)),
            (S::AtDelivery, (2, 1)),
            (S::InTransit, (2, 2)),
            (S::AtDelivery, (3, 2)),
            (S::Delivered, (3, 3)),
        ] {
            let now = progress(status, to, reached, 3).expect("it may go on");
            assert_eq!((now.reached, now.left), expected, "{} to {}", status.name(), to.name());
            (status, reached) = (to, now.reached);
        }
    }

    #[test]
    fn a_skip_fills_what_was_missed() {
        for (from, to, reached, expected) in [
            (S::Dispatched, S::InTransit, 0, (1, 1)),
            (S::AtPickup, S::InTransit, 1, (1, 1)),
            (S::InTransit, S::Delivered, 1, (3, 3)),
            (S::InTransit, S::Delivered, 2, (3, 3)),
        ] {
            let now = progress(from, to, reached, 3).expect("it may go on");
            assert_eq!((now.reached, now.left), expected, "{} to {}", from.name(), to.name());
        }
    }

    #[test]
    fn nobody_delivers_between_and_nobody_drives_on_from_the_last_stop() {
        let rule = |outcome: Result<Progress, Refusal>| outcome.expect_err("refused").details.and_then(|d| d.rule);

        assert_eq!(rule(progress(S::AtDelivery, S::Delivered, 2, 3)), Some(Rule::StopsRemain));
        assert_eq!(rule(progress(S::AtDelivery, S::InTransit, 3, 3)), Some(Rule::NoFurtherStop));
        assert_eq!(rule(progress(S::AtDelivery, S::InTransit, 2, 2)), Some(Rule::NoFurtherStop));
    }

    #[test]
    fn a_step_back_takes_times_back() {
        for (from, to, reached, expected) in [
            (S::Delivered, S::AtDelivery, 3, (3, 2)),
            (S::InTransit, S::PickedUp, 2, (1, 0)),
            (S::AtPickup, S::Dispatched, 1, (0, 0)),
            (S::Completed, S::Delivered, 3, (3, 3)),
        ] {
            let now = progress(from, to, reached, 3).expect("it may go back");
            assert_eq!((now.reached, now.left), expected, "{} to {}", from.name(), to.name());
        }
    }
}
