//! Lists of loads as files for spreadsheets.

use chrono::TimeDelta;
use contract::{
    Code, Refusal, Timestamp,
    actor::{Actor, Permission},
    loads::{Appointment, LoadQuery, LoadRow, Town},
};

use super::list;
use crate::{desk::Desk, error::Result, places, store::accounts::tenant_zone};

/// How many loads one file holds at most.
pub const MAX_ROWS: u32 = 20_000;

/// By this spreadsheets know that the text is UTF-8.
const MARK: &str = "\u{feff}";

/// A file for spreadsheets.
#[derive(Debug)]
pub struct Export {
    /// Under which name.
    pub name: String,
    /// Comma-separated values (RFC 4180).
    pub text: Vec<u8>,
}

/// The loads that match, with as much of each as the caller sees in lists.
///
/// # Errors
/// When the caller may not, more than [`MAX_ROWS`] match, or the database fails.
pub async fn csv(desk: &Desk, who: &Actor, query: &LoadQuery) -> Result<Export> {
    who.may(Permission::LoadView)?;
    who.may(Permission::DataExport)?;
    let (rows, total) = list::select_first(desk, who, query, MAX_ROWS).await?;
    if total > u64::from(MAX_ROWS) {
        let words = format!("{total} loads match, and a file holds {MAX_ROWS}: choose fewer.");
        return Err(Refusal::new(Code::TooLarge, words).into());
    }
    let zone = tenant_zone(&desk.store, who.tenant).await?.unwrap_or_default();
    let today = places::date(desk.clock.now(), &zone);
    let text = write(&rows, who).map_err(anyhow::Error::from)?;
    Ok(Export { name: format!("loads-{today}.csv"), text })
}

fn write(rows: &[LoadRow], who: &Actor) -> Result<Vec<u8>, csv::Error> {
    let (sees_carrier_rate, sees_customer_rate) =
        (who.can(Permission::CarrierRateView), who.can(Permission::FinanceView));
    let mut file = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(MARK.as_bytes().to_vec());
    let mut heads = vec![
        "Load",
        "Status",
        "Customer",
        "Origin",
        "Destination",
        "Stops",
        "Miles",
        "Equipment",
        "Hot",
        "Carrier",
        "Driver",
        "Dispatcher",
        "Pickup from",
        "Pickup to",
        "Pickup zone",
        "Delivery from",
        "Delivery to",
        "Delivery zone",
        "ETA (UTC)",
        "Delivered (UTC)",
    ];
    heads.extend(sees_carrier_rate.then_some("Carrier rate"));
    heads.extend(sees_customer_rate.then_some("Customer rate"));
    file.write_record(&heads)?;
    for row in rows {
        let (pickup, delivery) = (window(&row.pickup), window(&row.delivery));
        let mut cells = vec![
            row.load_number.clone(),
            row.status.name().to_owned(),
            row.customer_name.clone(),
            town(&row.origin),
            town(&row.destination),
            row.stop_count.to_string(),
            format!("{:.0}", row.miles),
            row.equipment.name().to_owned(),
            if row.is_hot { "yes" } else { "" }.to_owned(),
            row.carrier.as_ref().map(|carrier| carrier.name.clone()).unwrap_or_default(),
            row.driver.as_ref().map(|driver| driver.name.clone()).unwrap_or_default(),
            row.dispatcher.as_ref().map(|dispatcher| dispatcher.name.clone()).unwrap_or_default(),
        ];
        cells.extend(pickup);
        cells.extend(delivery);
        cells.extend([row.eta, row.delivered_at].map(|at| at.map(|at| local(at, 0)).unwrap_or_default()));
        cells.extend(sees_carrier_rate.then(|| dollars(row.carrier_rate_cents)));
        cells.extend(sees_customer_rate.then(|| dollars(row.customer_rate_cents)));
        file.write_record(cells.into_iter().map(harmless))?;
    }
    file.into_inner().map_err(|fault| fault.into_error().into())
}

/// Text that a spreadsheet would take for a formula is shown as text: what a customer is called must not act.
fn harmless(cell: String) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell }
}

fn town(town: &Town) -> String {
    format!("{}, {}", town.city, town.state)
}

/// From when to when, by the stop's own clock, and which that is.
fn window(appointment: &Appointment) -> [String; 3] {
    let at = |at| local(at, appointment.offset_min);
    [at(appointment.start), at(appointment.end), appointment.zone_short.clone()]
}

/// `2026-11-26 08:00`
fn local(at: Timestamp, offset_min: i32) -> String {
    let there = at.utc() + TimeDelta::minutes(offset_min.into());
    there.format("%Y-%m-%d %H:%M").to_string()
}

/// `1525.00`
fn dollars(cents: Option<i64>) -> String {
    cents.map(|cents| format!("{}.{:02}", cents / 100, cents % 100)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        for cell in ["=1+1", "+1", "-2", "@SUM(A1)", "\t=1", "\r=1"] {
            assert_eq!(harmless(cell.to_owned()), format!("'{cell}"));
        }
        assert_eq!(harmless("Baker & Sons = us".to_owned()), "Baker & Sons = us");
    }

    #[test]
    fn money_has_two_places_and_times_are_the_stops_own() {
        assert_eq!([dollars(Some(152_505)), dollars(Some(7)), dollars(None)], ["1525.05", "0.07", ""]);
        assert_eq!(local(Timestamp::from_millis(0), -300), "1969-12-31 19:00");
    }
}
