//! What the page's address asks for, and the address that asks for something: the page keeps no other state, so that
//! the back button works and a shared link shows the same.

use contract::{
    loads::{Equipment, LoadQuery, SORTS, View, ViewCounts},
    status::LoadStatus,
};

use crate::{say, ui::address::address};

/// The page's own address.
pub const PATH: &str = "/loads";

/// How many rows a page has when the address doesn't say: a dispatcher's whole day.
pub const ROWS: u32 = 100;
/// How many rows a page can be asked to have.
pub const ROW_CHOICES: [u32; 3] = [50, ROWS, 500];

/// What the address calls the selection of all loads, finished ones too.
const ALL: &str = "all";

/// The selections in the order of the bar; none is all loads.
pub const VIEWS: [Option<View>; 8] = [
    Some(View::Active),
    Some(View::Urgent),
    Some(View::Unassigned),
    Some(View::Today),
    Some(View::InTransit),
    Some(View::AtRisk),
    Some(View::Mine),
    None,
];

/// The selections that the board's figures lead to; they are in the bar only while they are shown.
pub const FIGURES: [View; 4] =
    [View::DeliveredToday, View::CompletedLately, View::DispatchedToday, View::DeliveredLate];

/// Reads the address; `values` gives all values of a parameter. What makes no sense is left out, so that a mistyped
/// link still shows loads.
pub fn read(values: &dyn Fn(&str) -> Vec<String>) -> LoadQuery {
    let last = |key: &str| values(key).pop().filter(|value| !value.is_empty());
    let known = |key: &str, is_known: &dyn Fn(&str) -> bool| {
        // A form gives one parameter for each box that is ticked, a link gives them joined.
        let given = values(key).join(",");
        let names: Vec<&str> = given.split(',').filter(|name| is_known(name)).collect();
        (!names.is_empty()).then(|| names.join(","))
    };
    let number = |key: &str| last(key).and_then(|value| value.parse::<u32>().ok());
    let view = last("view");
    LoadQuery {
        view: match view.as_deref() {
            Some(ALL) => None,
            name => {
                let mut views = VIEWS.into_iter().flatten().chain(FIGURES);
                views.find(|view| Some(view_name(*view)) == name).or(Some(View::Active))
            }
        },
        status: known("status", &|name| LoadStatus::named(name).is_some()),
        equipment: known("equipment", &|name| Equipment::named(name).is_some()),
        q: last("q").map(|text| text.chars().take(100).collect()),
        carrier_id: last("carrierId").and_then(|id| id.parse().ok()),
        dispatcher_id: last("dispatcherId").and_then(|id| id.parse().ok()),
        sort: last("sort").filter(|sort| *sort != SORTS[0] && SORTS.contains(&sort.trim_start_matches('-'))),
        page: number("page").filter(|page| *page > 1),
        size: number("size").filter(|size| *size != ROWS && ROW_CHOICES.contains(size)),
        ..LoadQuery::default()
    }
}

/// The address that asks for this.
pub fn href(asked: &LoadQuery) -> String {
    address(PATH, parameters(asked))
}

/// The address of a file with everything that is asked for, on however many pages.
pub fn export(asked: &LoadQuery) -> String {
    let sent = LoadQuery { page: None, size: None, ..sent(asked) };
    let view = sent.view.map(|view| ("view", view_name(view).to_owned()));
    address("/api/v1/loads/export", parameters(&sent).into_iter().filter(|(key, _)| *key != "view").chain(view))
}

/// What an address must carry to ask for this.
pub fn parameters(asked: &LoadQuery) -> Vec<(&'static str, String)> {
    let view = match asked.view {
        Some(View::Active) => None,
        Some(view) => Some(view_name(view).to_owned()),
        None => Some(ALL.to_owned()),
    };
    [
        ("view", view),
        ("status", asked.status.clone()),
        ("equipment", asked.equipment.clone()),
        ("q", asked.q.clone().filter(|text| !text.is_empty())),
        ("carrierId", asked.carrier_id.map(|id| id.to_string())),
        ("dispatcherId", asked.dispatcher_id.map(|id| id.to_string())),
        ("sort", asked.sort.clone()),
        ("page", asked.page.map(|page| page.to_string())),
        ("size", asked.size.map(|size| size.to_string())),
    ]
    .into_iter()
    .filter_map(|(key, value)| Some((key, value?)))
    .collect()
}

/// What the server is asked. "Active" only chooses statuses, so statuses that are chosen by name stand instead of it:
/// else "Completed" could never be found there.
pub fn sent(asked: &LoadQuery) -> LoadQuery {
    let view = asked.view.filter(|view| *view != View::Active || asked.status.is_none());
    LoadQuery { view, size: asked.size.or(Some(ROWS)), ..asked.clone() }
}

/// Whether anything narrows the selection.
pub fn is_filtered(asked: &LoadQuery) -> bool {
    asked.status.is_some()
        || asked.equipment.is_some()
        || asked.carrier_id.is_some()
        || asked.dispatcher_id.is_some()
        || asked.q.is_some()
}

/// A selection as a whole, in the order and page size that the reader had.
pub fn whole(asked: &LoadQuery, view: Option<View>) -> LoadQuery {
    LoadQuery { view, sort: asked.sort.clone(), size: asked.size, ..LoadQuery::default() }
}

/// The same in the order of a column, or the other way round when it is in that order already.
pub fn sorted(asked: &LoadQuery, column: &str) -> LoadQuery {
    let now = asked.sort.as_deref().unwrap_or(SORTS[0]);
    let next = if now == column { format!("-{column}") } else { column.to_owned() };
    LoadQuery { sort: (next != SORTS[0]).then_some(next), page: None, ..asked.clone() }
}

/// Names separated by commas, with one of them put in or taken out.
pub fn toggled(names: Option<&str>, name: &str) -> Option<String> {
    let mut kept: Vec<&str> = chosen(names).collect();
    if let Some(place) = kept.iter().position(|have| *have == name) {
        kept.remove(place);
    } else {
        kept.push(name);
    }
    (!kept.is_empty()).then(|| kept.join(","))
}

/// Names separated by commas, one by one.
pub fn chosen(names: Option<&str>) -> impl Iterator<Item = &str> {
    names.unwrap_or_default().split(',').filter(|name| !name.is_empty())
}

/// A selection's heading.
pub fn view_word(view: Option<View>) -> &'static str {
    match view {
        None => say!(loads.view.all),
        Some(View::Active | View::Board) => say!(loads.view.active),
        Some(View::Urgent) => say!(loads.view.urgent),
        Some(View::Unassigned) => say!(loads.view.unassigned),
        Some(View::Today) => say!(loads.view.today),
        Some(View::InTransit) => say!(loads.view.in_transit),
        Some(View::AtRisk) => say!(loads.view.at_risk),
        Some(View::Mine) => say!(loads.view.mine),
        Some(View::DeliveredToday) => say!(loads.view.delivered_today),
        Some(View::CompletedLately) => say!(loads.view.completed_lately),
        Some(View::DispatchedToday) => say!(loads.view.dispatched_today),
        Some(View::DeliveredLate) => say!(loads.view.delivered_late),
    }
}

/// How many loads a selection has, if they are counted.
pub const fn count_of(counts: &ViewCounts, view: Option<View>) -> Option<u64> {
    Some(match view {
        None
        | Some(
            View::Board | View::DeliveredToday | View::CompletedLately | View::DispatchedToday | View::DeliveredLate,
        ) => return None,
        Some(View::Active) => counts.active,
        Some(View::Urgent) => counts.urgent,
        Some(View::Unassigned) => counts.unassigned,
        Some(View::Today) => counts.today,
        Some(View::InTransit) => counts.in_transit,
        Some(View::AtRisk) => counts.at_risk,
        Some(View::Mine) => counts.mine,
    })
}

/// The name of a selection in the address, the same as on the wire.
const fn view_name(view: View) -> &'static str {
    match view {
        View::Active => "active",
        View::Board => "board",
        View::Urgent => "urgent",
        View::Unassigned => "unassigned",
        View::Today => "today",
        View::InTransit => "in_transit",
        View::AtRisk => "at_risk",
        View::Mine => "mine",
        View::DeliveredToday => "delivered_today",
        View::CompletedLately => "completed_lately",
        View::DispatchedToday => "dispatched_today",
        View::DeliveredLate => "delivered_late",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asking(pairs: &[(&str, &str)]) -> LoadQuery {
        read(&|key| pairs.iter().filter(|(name, _)| *name == key).map(|(_, value)| (*value).to_owned()).collect())
    }

    #[test]
    fn an_address_without_anything_asks_for_the_active_loads() {
        let asked = asking(&[]);

        assert_eq!(asked, LoadQuery { view: Some(View::Active), ..LoadQuery::default() });
        assert_eq!(href(&asked), "/loads");
    }

    #[test]
    fn a_file_holds_all_that_is_listed_on_however_many_pages() {
        assert_eq!(export(&asking(&[])), "/api/v1/loads/export?view=active");
        let asked = asking(&[("view", "all"), ("q", "Reno"), ("sort", "-delivery"), ("page", "3"), ("size", "50")]);
        assert_eq!(export(&asked), "/api/v1/loads/export?q=Reno&sort=-delivery");
        let by_status = asking(&[("status", "COMPLETED")]);
        assert_eq!(export(&by_status), "/api/v1/loads/export?status=COMPLETED");
    }

    #[test]
    fn what_is_asked_comes_back_from_its_own_address() {
        let asked = asking(&[
            ("view", "all"),
            ("status", "PENDING"),
            ("status", "IN_TRANSIT"),
            ("q", "St. Louis & co"),
            ("sort", "-delivery"),
            ("page", "3"),
            ("size", "50"),
        ]);

        assert_eq!(
            href(&asked),
            "/loads?view=all&status=PENDING,IN_TRANSIT&q=St.%20Louis%20%26%20co&sort=-delivery&page=3&size=50"
        );
    }

    #[test]
    fn what_makes_no_sense_is_left_out() {
        let asked =
            asking(&[("view", "x"), ("status", "LOST,PENDING"), ("sort", "price"), ("page", "-1"), ("size", "9")]);

        assert_eq!(href(&asked), "/loads?status=PENDING");
    }

    #[test]
    fn statuses_by_name_stand_instead_of_the_active_ones() {
        assert_eq!(sent(&asking(&[("status", "COMPLETED")])).view, None);
        assert_eq!(sent(&asking(&[("view", "mine"), ("status", "PENDING")])).view, Some(View::Mine));
    }

    #[test]
    fn a_second_click_on_a_column_turns_its_order_round() {
        let asked = asking(&[]);

        assert_eq!(href(&sorted(&asked, "pickup")), "/loads?sort=-pickup");
        assert_eq!(href(&sorted(&sorted(&asked, "status"), "status")), "/loads?sort=-status");
        assert_eq!(href(&sorted(&sorted(&asked, "pickup"), "pickup")), "/loads");
    }
}
