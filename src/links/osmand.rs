//! Positions as tracking apps send them: in an address or a form, as OsmAnd began it, or as JSON, as Traccar Client has
//! it since version 9 (its pages on the OsmAnd protocol).

use contract::{Refusal, Timestamp, links::LinkFix};
use serde::Deserialize;
use serde_json::Value;

/// Miles an hour in a knot: 1,852 metres in an hour.
const MPH_PER_KNOT: f64 = 1.150_779_45;

/// Miles an hour in a metre a second.
const MPH_PER_MPS: f64 = 2.236_936_29;

/// So many seconds of the Unix clock are in the year 5138: what is more is counted in milliseconds.
const MOST_SECONDS: i64 = 100_000_000_000;

/// What an app sends.
#[derive(Debug, PartialEq)]
pub struct Sent {
    /// Which link, by its token.
    pub id: String,
    /// Where.
    pub fixes: Vec<LinkFix>,
}

/// What can't be read names its field.
fn unreadable(field: &str) -> Refusal {
    Refusal::invalid(field, "can't be read")
}

/// Reads what came in the address and the body.
///
/// # Errors
/// `invalid`, naming the field.
pub fn read(query: &str, body: &[u8], now: Timestamp) -> Result<Sent, Refusal> {
    if body.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{') {
        return read_json(body);
    }
    let fields: Vec<(String, String)> = [query.as_bytes(), body]
        .into_iter()
        .flat_map(url::form_urlencoded::parse)
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    let field = |names: &[&str]| {
        let found = fields.iter().find(|(name, _)| names.contains(&name.as_str()));
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    };
    let number =
        |names: &[&str]| field(names).map(|text| text.parse::<f64>().map_err(|_| unreadable(names[0]))).transpose();
    let (lat, lng) = if let Some(place) = field(&["location"]) {
        let numbers =
            place.split_once(',').and_then(|(lat, lng)| Some((lat.trim().parse().ok()?, lng.trim().parse().ok()?)));
        numbers.ok_or_else(|| unreadable("location"))?
    } else {
        let needed = |name: &str| number(&[name])?.ok_or_else(|| unreadable(name));
        (needed("lat")?, needed("lon")?)
    };
    let recorded_at = match field(&["timestamp"]) {
        Some(text) => moment(text).ok_or_else(|| unreadable("timestamp"))?,
        None => now,
    };
    let fix = LinkFix {
        lat,
        lng,
        recorded_at,
        speed: number(&["speed"])?.and_then(|knots| known(knots * MPH_PER_KNOT)),
        heading: number(&["bearing", "heading"])?.and_then(known),
        accuracy: number(&["accuracy"])?.and_then(known),
    };
    Ok(Sent { id: field(&["id", "deviceid"]).ok_or_else(|| unreadable("id"))?.to_owned(), fixes: vec![fix] })
}

/// Apps write -1 where they know nothing.
fn known(value: f64) -> Option<f64> {
    (value >= 0.0).then_some(value)
}

/// Seconds or milliseconds of the Unix clock, `2026-11-25T14:00:00Z`, or `2026-11-25 14:00:00` in UTC.
fn moment(text: &str) -> Option<Timestamp> {
    if let Ok(count) = text.parse::<i64>() {
        return Some(Timestamp::from_millis(if count.abs() < MOST_SECONDS { count * 1_000 } else { count }));
    }
    text.parse().ok().or_else(|| format!("{}Z", text.trim().replacen(' ', "T", 1)).parse().ok())
}

#[derive(Deserialize)]
struct Device {
    device_id: String,
    /// One, or several.
    location: Value,
}

#[derive(Deserialize)]
struct Located {
    timestamp: String,
    coords: Coords,
}

#[derive(Deserialize)]
struct Coords {
    latitude: f64,
    longitude: f64,
    /// Metres a second.
    speed: Option<f64>,
    heading: Option<f64>,
    accuracy: Option<f64>,
}

fn read_json(body: &[u8]) -> Result<Sent, Refusal> {
    let device: Device = serde_json::from_slice(body).map_err(|_| unreadable("location"))?;
    let places = match device.location {
        Value::Array(places) => places,
        place => vec![place],
    };
    let fix = |place: Value| {
        let Located { timestamp, coords } = serde_json::from_value(place).map_err(|_| unreadable("location"))?;
        Ok(LinkFix {
            lat: coords.latitude,
            lng: coords.longitude,
            recorded_at: moment(&timestamp).ok_or_else(|| unreadable("timestamp"))?,
            speed: coords.speed.and_then(|mps| known(mps * MPH_PER_MPS)),
            heading: coords.heading.and_then(known),
            accuracy: coords.accuracy.and_then(known),
        })
    };
    Ok(Sent { id: device.device_id, fixes: places.into_iter().map(fix).collect::<Result<_, Refusal>>()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_795_000_000_000);

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    #[test]
    fn what_apps_send_is_read_however_they_write_it() {
        let all = "id=abc&lat=39.1&lon=-94.6&timestamp=1795000000&speed=50&bearing=270.5&accuracy=12";
        let sent = read(all, b"", NOW).expect("it can be read");
        let fix = sent.fixes[0];
        assert_eq!((sent.id.as_str(), fix.lat, fix.lng, fix.recorded_at), ("abc", 39.1, -94.6, NOW));
        assert!((fix.speed.expect("a speed") - 57.54).abs() < 0.01, "knots: {fix:?}");
        assert_eq!((fix.heading, fix.accuracy), (Some(270.5), Some(12.0)));
        assert_eq!(read("", all.as_bytes(), NOW), Ok(sent), "the same as a form");

        for (timestamp, moment) in [
            ("1795000000000", NOW),
            ("2026-11-25T14%3A00%3A00Z", at("2026-11-25T14:00:00Z")),
            ("2026-11-25+14%3A00%3A00", at("2026-11-25T14:00:00Z")),
        ] {
            let sent = read(&format!("deviceid=a&location=1.5,-2.5&timestamp={timestamp}&speed=-1"), b"", NOW);
            let fix = sent.expect("it can be read").fixes[0];
            assert_eq!((fix.lat, fix.lng, fix.recorded_at, fix.speed), (1.5, -2.5, moment, None));
        }
        let body =
            br#" {"location": {"timestamp": "2026-11-25T14:00:00.000Z", "event": "motionchange", "is_moving": true,
            "coords": {"latitude": 39.1, "longitude": -94.6, "accuracy": 5, "speed": 20, "heading": -1, "altitude": 3}},
            "device_id": "abc"}"#;
        let sent = read("", body, NOW).expect("it can be read");
        let fix = sent.fixes[0];
        assert!((fix.speed.expect("a speed") - 44.74).abs() < 0.01, "metres a second: {fix:?}");
        assert_eq!((sent.id.as_str(), fix.heading, fix.recorded_at), ("abc", None, at("2026-11-25T14:00:00Z")));
    }

    #[test]
    fn what_cannot_be_read_is_said_by_its_field() {
        for (query, body, field) in [
            ("lat=1&lon=1", "", "id"),
            ("id=a&lon=1", "", "lat"),
            ("id=a&lat=north&lon=1", "", "lat"),
            ("id=a&lat=1&lon=1&timestamp=yesterday", "", "timestamp"),
            ("id=a&location=1,x", "", "location"),
            ("", "{\"device_id\": \"a\"}", "location"),
        ] {
            let refused = read(query, body.as_bytes(), NOW).expect_err("it can't be read");
            let fields = refused.details.expect("details").fields;
            assert_eq!(fields.keys().map(String::as_str).collect::<Vec<_>>(), [field], "{query}{body}");
        }
    }
}
