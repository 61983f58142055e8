//! Loads from a spreadsheet: which column holds what, and what a line of it says.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate, NaiveTime};
use serde::{Deserialize, Serialize};

use super::{EQUIPMENT, Equipment, NewLoad, NewStop, StopKind};
use crate::{Refusal, Timestamp, refusal::Flaw, typed};

/// So many lines one call takes: it is answered soon, and what is told of them fills nobody's queue.
pub const MAX_LINES: usize = 100;

/// So many columns a file may have.
pub const MAX_COLUMNS: usize = 100;

/// What a column can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "each is the field of a load, or of its first or last stop, of the same name")]
pub enum Column {
    Customer,
    Reference,
    Equipment,
    PickupFacility,
    PickupCity,
    PickupState,
    PickupFrom,
    PickupUntil,
    DeliveryFacility,
    DeliveryCity,
    DeliveryState,
    DeliveryFrom,
    DeliveryUntil,
    Commodity,
    Weight,
    CustomerRate,
    CarrierRate,
    Hot,
    Notes,
}

/// Each with its title in the template, the field of a load that it fills, and what else it is called, in letters alone.
const COLUMNS: [(Column, &str, &str, &[&str]); 19] = [
    (Column::Customer, "Customer", "customerName", &["customername", "shipper", "billto", "account", "cliente"]),
    (Column::Reference, "Reference", "reference", &["ref", "refno", "po", "ponumber", "bol", "order", "referencia"]),
    (Column::Equipment, "Equipment", "equipment", &["trailer", "equipmenttype", "mode", "equipo", "remolque"]),
    (Column::PickupFacility, "Pickup facility", "stops[0].facility", &["origin facility", "pickupname", "shippername"]),
    (Column::PickupCity, "Pickup city", "stops[0].city", &["origin", "origincity", "pickup", "from", "origen"]),
    (Column::PickupState, "Pickup state", "stops[0].state", &["originstate", "fromstate"]),
    (Column::PickupFrom, "Pickup from", "stops[0].windowStart", &["pickupdate", "pickuptime", "pickupstart", "pu"]),
    (Column::PickupUntil, "Pickup until", "stops[0].windowEnd", &["pickupend", "pickupto", "pickupclose"]),
    (Column::DeliveryFacility, "Delivery facility", "stops[1].facility", &["consignee", "receiver", "deliveryname"]),
    (
        Column::DeliveryCity,
        "Delivery city",
        "stops[1].city",
        &["destination", "destinationcity", "delivery", "destino"],
    ),
    (Column::DeliveryState, "Delivery state", "stops[1].state", &["destinationstate", "tostate"]),
    (Column::DeliveryFrom, "Delivery from", "stops[1].windowStart", &["deliverydate", "deliverytime", "deliverystart"]),
    (Column::DeliveryUntil, "Delivery until", "stops[1].windowEnd", &["deliveryend", "deliveryto", "deliveryclose"]),
    (Column::Commodity, "Commodity", "commodity", &["freight", "product", "mercancia"]),
    (Column::Weight, "Weight, lb", "weightLbs", &["weight", "weightlbs", "lbs", "pounds", "peso"]),
    (Column::CustomerRate, "Customer rate, $", "customerRateCents", &["customerrate", "revenue", "charge", "rate"]),
    (Column::CarrierRate, "Carrier rate, $", "carrierRateCents", &["carrierrate", "cost", "buy", "carrierpay"]),
    (Column::Hot, "Hot", "isHot", &["ishot", "urgent", "priority", "urgente"]),
    (Column::Notes, "Notes", "notes", &["note", "comments", "instructions", "notas"]),
];

/// A line of the template, so that nobody has to guess how times and money are written.
const EXAMPLE: &str = "Acme Foods,PO-1001,Dry van,Dock 4,\"Kansas City\",MO,2026-12-01 08:00,2026-12-01 12:00,DC West,\
                       Denver,CO,12/2/2026 9:00 AM,12/2/2026 4:00 PM,Frozen fruit,\"38,000\",2450.00,1900,no,";

fn letters(text: &str) -> String {
    text.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

impl Column {
    /// All of them, in the order of the template.
    pub fn all() -> impl Iterator<Item = Self> {
        COLUMNS.into_iter().map(|(column, ..)| column)
    }

    /// The column that a title most likely means.
    pub fn guess(title: &str) -> Option<Self> {
        let title = letters(title);
        let means = |(_, own, field, others): &(_, &str, &str, &[&str])| {
            letters(own) == title || letters(field) == title || others.iter().any(|other| letters(other) == title)
        };
        COLUMNS.iter().find(|known| means(known)).map(|(column, ..)| *column)
    }

    /// Its title in the template.
    pub fn title(self) -> &'static str {
        self.known().1
    }

    /// The field of a load that it fills, as refusals name it.
    pub fn field(self) -> &'static str {
        self.known().2
    }

    /// The column that fills a field.
    pub fn of_field(field: &str) -> Option<Self> {
        COLUMNS.iter().find(|(_, _, known, _)| *known == field).map(|(column, ..)| *column)
    }

    fn known(self) -> &'static (Self, &'static str, &'static str, &'static [&'static str]) {
        // They stand in the order of their declaration, which a test holds.
        &COLUMNS[self as usize]
    }
}

/// A file with every column and one line, to be filled in.
pub fn template() -> String {
    let titles: Vec<_> = COLUMNS
        .iter()
        .map(|(_, title, ..)| if title.contains(',') { format!("\"{title}\"") } else { (*title).to_owned() })
        .collect();
    format!("{}\r\n{EXAMPLE}\r\n", titles.join(","))
}

/// Lines of a spreadsheet, to be entered as loads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ImportLoads {
    /// Values separated by commas, semicolons or tabs (RFC 4180), with a line of titles first; at most [`MAX_LINES`] others.
    pub csv: String,
    /// What each column holds; by its titles when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub columns: Option<Vec<Option<Column>>>,
    /// Says what would become of each, and enters nothing.
    #[serde(default)]
    pub dry_run: bool,
}

/// What became of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Imported {
    /// The file's columns.
    pub columns: Vec<Titled>,
    /// Each line, in their order.
    pub lines: Vec<Line>,
}

/// A column of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Titled {
    /// Its title in the file.
    pub title: String,
    /// What it holds; nothing that is wanted when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<Column>,
    /// What stands in it first.
    pub sample: String,
}

/// What became of a line: a load, or why not. After a dry run a good one has neither.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Line {
    /// The number of the load that was entered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub load_number: Option<String>,
    /// What is wrong with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Refusal>,
}

/// By what the values of a file are separated: what its line of titles has most of.
pub fn separator(titles: &str) -> char {
    let count = |separator: char| titles.matches(separator).count();
    [',', ';', '\t'].into_iter().max_by_key(|separator| (count(*separator), *separator == ',')).unwrap_or(',')
}

/// A file's lines that have anything in them, quoted line ends taken for text.
pub fn lines(text: &str) -> Vec<&str> {
    let mut lines = Vec::new();
    let (mut start, mut is_quoted) = (0, false);
    for (at, letter) in text.char_indices() {
        match letter {
            '"' => is_quoted = !is_quoted,
            '\n' | '\r' if !is_quoted => {
                lines.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    lines.push(&text[start..]);
    lines.retain(|line| line.chars().any(|letter| !letter.is_whitespace() && !matches!(letter, ',' | ';' | '"')));
    lines
}

/// What is wrong with fields, by their names on the wire.
pub type Faults = BTreeMap<String, (Flaw, String)>;

/// The load that a line's values describe, and what of them can't be read; what can be is checked when it is entered.
pub fn load(values: &BTreeMap<Column, String>) -> (NewLoad, Faults) {
    let mut faults = Faults::new();
    let mut fault = |column: Column, flaw: Flaw, words: &str| {
        faults.insert(column.field().to_owned(), (flaw, words.to_owned()));
    };
    let given = |column: Column| values.get(&column).map(|text| text.trim()).filter(|text| !text.is_empty());
    let mut number = |column: Column, read: fn(&str) -> Option<i64>| {
        let text = given(column)?;
        let number = read(text);
        if number.is_none() {
            fault(column, Flaw::Unreadable, "is no number");
        }
        number
    };
    let weight_lbs = number(Column::Weight, typed::number);
    let customer_rate_cents = number(Column::CustomerRate, typed::cents);
    let carrier_rate_cents = number(Column::CarrierRate, typed::cents);
    let equipment = given(Column::Equipment).map_or(Some(Equipment::DryVan), equipment);
    if equipment.is_none() {
        fault(Column::Equipment, Flaw::Unknown, "is no trailer that is known");
    }
    let is_hot = given(Column::Hot)
        .is_some_and(|text| matches!(letters(text).as_str(), "yes" | "y" | "true" | "1" | "x" | "hot" | "si" | "sí"));
    let mut stop = |kind: StopKind, facility: Column, [city, state]: [Column; 2], [from, until]: [Column; 2]| {
        let both = given(city).filter(|_| given(state).is_none()).and_then(typed::town);
        let (town, letters) = both.unwrap_or_else(|| {
            (given(city).unwrap_or_default().to_owned(), given(state).unwrap_or_default().to_owned())
        });
        let mut read = |column: Column| {
            let text = given(column)?;
            let read = Moment::read(text);
            if read.is_none() {
                fault(column, Flaw::Unreadable, "is no date and time");
            }
            read
        };
        let (start, end) = (read(from), read(until));
        if given(from).is_none() {
            fault(from, Flaw::Needed, "is needed");
        }
        // An appointment has one time and no second one.
        let window_end = end.or_else(|| start.clone()).map(|end| end.write("23:59")).unwrap_or_default();
        let window_start = start.map(|start| start.write("00:00")).unwrap_or_default();
        NewStop {
            kind,
            facility: given(facility).unwrap_or_default().to_owned(),
            city: town,
            state: letters,
            point: None,
            zone: None,
            window_start,
            window_end,
        }
    };
    let pickup = stop(
        StopKind::Pickup,
        Column::PickupFacility,
        [Column::PickupCity, Column::PickupState],
        [Column::PickupFrom, Column::PickupUntil],
    );
    let delivery = stop(
        StopKind::Delivery,
        Column::DeliveryFacility,
        [Column::DeliveryCity, Column::DeliveryState],
        [Column::DeliveryFrom, Column::DeliveryUntil],
    );
    let text = |column: Column| given(column).map(str::to_owned);
    let new = NewLoad {
        customer_name: text(Column::Customer).unwrap_or_default(),
        equipment: equipment.unwrap_or(Equipment::DryVan),
        stops: vec![pickup, delivery],
        is_hot,
        commodity: text(Column::Commodity),
        weight_lbs,
        reference: text(Column::Reference),
        customer_rate_cents,
        carrier_rate_cents,
        notes: text(Column::Notes),
    };
    (new, faults)
}

/// A trailer by one of its names: `DRY_VAN`, `Dry van`, `van`, `V`.
fn equipment(text: &str) -> Option<Equipment> {
    let text = letters(text);
    let short = match text.as_str() {
        "v" | "van" | "dv" => Some(Equipment::DryVan),
        "r" | "rf" | "refrigerated" => Some(Equipment::Reefer),
        "f" | "fb" | "flat" => Some(Equipment::Flatbed),
        "sd" => Some(Equipment::StepDeck),
        "po" => Some(Equipment::PowerOnly),
        _ => None,
    };
    short.or_else(|| EQUIPMENT.into_iter().find(|equipment| letters(equipment.name()) == text))
}

/// When a window opens or closes.
#[derive(Clone)]
enum Moment {
    /// With its own zone (RFC 3339).
    Exact(String),
    /// On the stop's own clock; without a time the whole day is meant.
    Local(NaiveDate, Option<NaiveTime>),
}

impl Moment {
    /// `2026-12-01 08:00`, `12/1/2026 8:00 AM`, `12/1/26`, or RFC 3339.
    fn read(text: &str) -> Option<Self> {
        if text.parse::<Timestamp>().is_ok() {
            return Some(Self::Exact(text.to_owned()));
        }
        let text = text.to_uppercase();
        let (day, time) = text.split_once(['T', ' ']).unwrap_or((&text, ""));
        let day = ["%Y-%m-%d", "%m/%d/%Y"].into_iter().find_map(|form| NaiveDate::parse_from_str(day, form).ok())?;
        // Of a year with two digits the century is this one.
        let day = if day.year() < 100 { day.with_year(day.year() + 2_000)? } else { day };
        let time = time.trim();
        if time.is_empty() { Some(Self::Local(day, None)) } else { Some(Self::Local(day, Some(clock(time)?))) }
    }

    /// As a stop is given it.
    fn write(self, whole_day: &str) -> String {
        match self {
            Self::Exact(text) => text,
            Self::Local(day, None) => format!("{day}T{whole_day}"),
            Self::Local(day, Some(time)) => format!("{day}T{}", time.format("%H:%M")),
        }
    }
}

/// A time of day: `14:00`, `2:00 PM`, `2PM`.
fn clock(text: &str) -> Option<NaiveTime> {
    let text = text.replace(' ', "");
    let (time, half) = match (text.strip_suffix("AM"), text.strip_suffix("PM")) {
        (Some(time), _) => (time, Some(0)),
        (_, Some(time)) => (time, Some(12)),
        _ => (text.as_str(), None),
    };
    let parts: Vec<u32> = time.split(':').map(str::parse).collect::<Result<_, _>>().ok()?;
    let (hour, minute) = match (parts.as_slice(), half) {
        ([hour, minute] | [hour, minute, _], _) => (*hour, *minute),
        ([hour], Some(_)) => (*hour, 0),
        _ => return None,
    };
    let hour = match half {
        None => hour,
        Some(half) => (1..=12).contains(&hour).then_some(hour % 12 + half)?,
    };
    NaiveTime::from_hms_opt(hour, minute, 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(given: &[(Column, &str)]) -> BTreeMap<Column, String> {
        let whole = [
            (Column::Customer, "Acme"),
            (Column::PickupCity, "Dallas, TX"),
            (Column::PickupFrom, "2026-12-01 08:00"),
            (Column::DeliveryCity, "Denver"),
            (Column::DeliveryState, "CO"),
            (Column::DeliveryFrom, "12/2/2026"),
        ];
        whole.iter().chain(given).map(|(column, text)| (*column, (*text).to_owned())).collect()
    }

    #[test]
    fn every_column_is_found_by_its_title_its_field_and_its_place() {
        for (place, (column, title, field, others)) in COLUMNS.into_iter().enumerate() {
            assert_eq!(column as usize, place);
            assert_eq!(Column::guess(title), Some(column), "{title}");
            assert_eq!(Column::of_field(field), Some(column));
            for other in others {
                assert_eq!(Column::guess(other), Some(column), "{other}");
            }
        }
        assert_eq!(Column::guess(" ORIGIN_City "), Some(Column::PickupCity));
        assert_eq!(Column::guess("Shoe size"), None);
        assert_eq!(Column::guess(""), None);
    }

    #[test]
    fn times_are_read_as_people_write_them() {
        for (text, opens) in [
            ("2026-12-01 08:00", "2026-12-01T08:00"),
            ("2026-12-01T08:00:30", "2026-12-01T08:00"),
            ("12/1/2026 8:00 am", "2026-12-01T08:00"),
            ("12/01/26 12:15 AM", "2026-12-01T00:15"),
            ("12/1/26 12pm", "2026-12-01T12:00"),
            ("12/1/2026", "2026-12-01T00:00"),
            ("2026-12-01T08:00:00Z", "2026-12-01T08:00:00Z"),
        ] {
            let (new, faults) = load(&values(&[(Column::PickupFrom, text)]));
            assert!(faults.is_empty(), "{text}");
            assert_eq!(new.stops[0].window_start, opens, "{text}");
        }
        for text in ["soon", "13/13/2026", "2026-12-01 25:00", "12/1/2026 13:00 PM", "12/1/2026 8", "2026-02-30"] {
            let (_, faults) = load(&values(&[(Column::PickupFrom, text)]));
            let flaws: Vec<_> = faults.iter().map(|(field, (flaw, _))| (field.as_str(), *flaw)).collect();
            assert_eq!(flaws, [("stops[0].windowStart", Flaw::Unreadable)], "{text}");
        }
    }

    #[test]
    fn a_day_is_a_whole_day_and_a_time_alone_an_appointment() {
        let (new, _) = load(&values(&[]));
        assert_eq!((&*new.stops[0].window_start, &*new.stops[0].window_end), ("2026-12-01T08:00", "2026-12-01T08:00"));
        assert_eq!((&*new.stops[1].window_start, &*new.stops[1].window_end), ("2026-12-02T00:00", "2026-12-02T23:59"));
        assert_eq!((&*new.stops[0].city, &*new.stops[0].state), ("Dallas", "TX"));
        assert_eq!((&*new.stops[1].city, &*new.stops[1].state), ("Denver", "CO"));
    }

    #[test]
    fn everything_that_cannot_be_read_is_told_at_once() {
        let bad = [
            (Column::Weight, "heavy"),
            (Column::CarrierRate, "a lot"),
            (Column::Equipment, "Spaceship"),
            (Column::DeliveryFrom, "soon"),
        ];
        let (_, faults) = load(&values(&bad));
        let fields: Vec<_> = faults.keys().map(String::as_str).collect();
        assert_eq!(fields, ["carrierRateCents", "equipment", "stops[1].windowStart", "weightLbs"]);
        for (text, expected) in
            [("dry van", Equipment::DryVan), ("STEP_DECK", Equipment::StepDeck), ("RF", Equipment::Reefer)]
        {
            assert_eq!(load(&values(&[(Column::Equipment, text)])).0.equipment, expected);
        }
    }

    #[test]
    fn lines_are_told_apart_however_they_end_and_whatever_is_quoted() {
        let text = "a,b\r\n\"one\ntwo\",2\r\n,,\r\n\n3,\"say \"\"hi\"\"\"\n";
        assert_eq!(lines(text), ["a,b", "\"one\ntwo\",2", "3,\"say \"\"hi\"\"\""]);
        assert!(lines("").is_empty());
        for (titles, separated) in [("a,b", ','), ("a;b;c", ';'), ("a\tb", '\t'), ("a", ',')] {
            assert_eq!(separator(titles), separated, "{titles}");
        }
    }

    #[test]
    fn the_template_has_every_column_once_and_its_line_can_be_entered() {
        let template = template();
        let lines = lines(&template);
        assert_eq!(lines.len(), 2);
        assert_eq!(Column::all().count(), COLUMNS.len());
        for column in Column::all() {
            assert!(lines[0].contains(column.title()), "{}", column.title());
        }
    }
}
