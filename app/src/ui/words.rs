//! The words for what the contract names: statuses, lanes, equipment, risks and refusals.

use contract::{
    loads::Equipment,
    risk::Reason,
    status::{Lane, LoadStatus},
};

use crate::fault::Fault;

/// A status in words.
pub fn status_word(status: LoadStatus) -> &'static str {
    status.name()
}

/// A lane's heading.
pub fn lane_word(lane: Lane) -> &'static str {
    match lane {
        Lane::Unassigned => "Unassigned",
        Lane::Tendered => "Tendered",
        Lane::Dispatched => "Dispatched",
        Lane::InTransit => "In transit",
        Lane::Delivered => "Delivered",
        Lane::Completed => "Completed",
    }
}

/// Equipment in words.
pub fn equipment_word(equipment: Equipment) -> &'static str {
    equipment.name()
}

/// Why a load is at risk, in words: `45 min late: 312 mi left`.
pub fn reason_words(reason: Reason) -> String {
    format!("{reason:?}")
}

/// What went wrong and what to do next.
pub fn fault_words(fault: &Fault) -> String {
    fault.to_string()
}
