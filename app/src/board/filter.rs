//! Which cards the board shows; all of it is in the address.

use contract::{
    Timestamp, UserId,
    loads::{EQUIPMENT, Equipment, View},
    risk::{Risk, outlook},
    status::LoadStatus,
};
use leptos_router::params::ParamsMap;

use crate::live::Entry;

/// Where the board is.
pub const PATH: &str = "/dispatch";

/// The board's own views, by their names in the address.
pub const VIEWS: [(View, &str); 4] =
    [(View::Mine, "mine"), (View::Today, "today"), (View::Unassigned, "unassigned"), (View::AtRisk, "at_risk")];

/// What is shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filter {
    /// One of `VIEWS`, or all.
    pub view: Option<View>,
    /// These kinds only, or all when there are none.
    pub equipment: Vec<Equipment>,
    /// Other cards than those with this in them are dimmed.
    pub q: String,
}

impl Filter {
    /// Reads it from the address.
    pub fn read(query: &ParamsMap) -> Self {
        let view =
            query.get_str("view").and_then(|name| VIEWS.iter().find(|(_, own)| *own == name)).map(|(view, _)| *view);
        let equipment =
            query.get_str("equipment").unwrap_or_default().split(',').filter_map(Equipment::named).collect();
        Self { view, equipment, q: query.get_str("q").unwrap_or_default().to_owned() }
    }

    /// Its address.
    pub fn address(&self) -> String {
        let mut query = ParamsMap::new();
        if let Some((_, name)) = VIEWS.iter().find(|(view, _)| Some(*view) == self.view) {
            query.insert("view", (*name).to_owned());
        }
        if !self.equipment.is_empty() {
            query.insert("equipment", self.equipment.iter().map(|kind| kind.name()).collect::<Vec<_>>().join(","));
        }
        if !self.q.is_empty() {
            query.insert("q", self.q.clone());
        }
        format!("{PATH}{}", query.to_query_string())
    }

    /// The same with another view.
    pub fn with_view(&self, view: Option<View>) -> Self {
        Self { view, ..self.clone() }
    }

    /// The same with a kind of equipment put in or taken out.
    pub fn with_toggled(&self, kind: Equipment) -> Self {
        let keep = |other: &Equipment| self.equipment.contains(other) != (*other == kind);
        Self { equipment: EQUIPMENT.into_iter().filter(keep).collect(), ..self.clone() }
    }

    /// Whether the board shows a load.
    pub fn keeps(&self, entry: &Entry, me: Option<UserId>, now: Timestamp) -> bool {
        let row = &entry.row;
        let in_view = match self.view {
            Some(View::Mine) => row.dispatcher.as_ref().is_some_and(|own| Some(own.id) == me),
            Some(View::Today) => row.pickup.is_same_day(row.pickup.start, now),
            Some(View::Unassigned) => row.carrier.is_none(),
            Some(View::AtRisk) => outlook(row, now).risk != Risk::None,
            _ => true,
        };
        in_view && (self.equipment.is_empty() || self.equipment.contains(&row.equipment))
    }
}

/// Whether a load is on the board at all: one that is cancelled, or was completed long ago, is not.
pub fn is_on_board(entry: &Entry, now: Timestamp) -> bool {
    let is_old = entry.row.status == LoadStatus::Completed && !entry.row.is_completed_lately(now);
    entry.status().lane().is_some() && !is_old
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_is_read_from_the_address_as_it_was_written() {
        let filter = Filter {
            view: Some(View::AtRisk),
            equipment: vec![Equipment::DryVan, Equipment::Reefer],
            q: "el paso".to_owned(),
        };
        let mut query = ParamsMap::new();
        query.insert("view", "at_risk".to_owned());
        query.insert("equipment", "DRY_VAN,REEFER".to_owned());
        query.insert("q", "el paso".to_owned());

        assert_eq!(filter.address(), format!("{PATH}{}", query.to_query_string()));
        assert_eq!(Filter::read(&query), filter);
    }

    #[test]
    fn a_kind_that_is_chosen_twice_is_not_chosen() {
        let reefers = Filter::default().with_toggled(Equipment::Reefer);

        assert_eq!(reefers.equipment, [Equipment::Reefer]);
        assert_eq!(reefers.with_toggled(Equipment::Reefer), Filter::default());
        assert_eq!(Filter::default().address(), PATH);
    }
}
