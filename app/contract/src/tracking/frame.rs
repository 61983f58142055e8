//! The fleet stream's message: the newest positions of a view in a few bytes each.
//!
//! It comes as the binary value `data.positions` of a `fleet:positions` event. Loads are named by small numbers, which a
//! socket's messages define as they go: whoever watches gets the whole view first, with a number for each load, and each
//! later load's number comes with its first position. A number is never given to another load while a connection lasts;
//! a reader forgets all of them when it connects anew and when a message is the whole view.
//!
//! # Format, version 1
//!
//! A *varint* is an unsigned whole number of 64 bits in groups of seven, the lowest first; each byte but the last has its
//! highest bit set. A *signed* one is a varint `n` for `n / 2` when even and `-(n + 1) / 2` when odd. Places are
//! in units of a hundred-thousandth of a degree.
//!
//! | field | as |
//! |---|---|
//! | version | one byte, 1 |
//! | whole | one byte: 1 when this is the whole view, 0 when it is what changed since the last message |
//! | newcomers | varint, how many; then for each: number (varint), load id (16 bytes, as in its text form) |
//! | gone | varint, how many; then for each: number (varint). Its truck is to be taken off the map |
//! | positions | varint, how many; when it is 0 the message ends here |
//! | newest | signed, the time of the newest of them in milliseconds since 1970 |
//! | south, west | two signed, a corner from which places are counted |
//! | width | one byte, 1 to 4: how many bytes a place's coordinates have |
//! | each position | number as its step from the one before, the first one from 0 (varint, modulo 2³²); units north of the corner, units east of it (`width` bytes each, the lowest first); heading in steps of 1.5 degrees clockwise from north, 255 when unknown (one byte); miles an hour, 254 for that and more, 255 when unknown (one byte); how many milliseconds before the newest it was (varint) |
//!
//! What is gone is to be taken away before positions are applied. A position older than the one a reader has moves
//! nothing, and a number that nobody defined is to be passed over: it belongs to a view that the reader has left, or the
//! whole view that is on its way has it.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use uuid::Uuid;

use super::{LastFix, Source};
use crate::{LoadId, Timestamp};

/// The version that is written and read here.
const VERSION: u8 = 1;
/// Units in a degree.
const UNITS: f64 = 100_000.0;
/// Degrees in a step of a heading.
const HEADING_STEP: f64 = 1.5;
/// Nobody told.
const UNKNOWN: u8 = 255;

/// A message as it travels: bytes in a format of their own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FrameBytes(pub Vec<u8>);

impl Serialize for FrameBytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

impl<'de> Deserialize<'de> for FrameBytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Bytes;

        impl<'de> de::Visitor<'de> for Bytes {
            type Value = FrameBytes;

            fn expecting(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str("bytes")
            }

            fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<FrameBytes, E> {
                Ok(FrameBytes(bytes.to_vec()))
            }

            fn visit_byte_buf<E: de::Error>(self, bytes: Vec<u8>) -> Result<FrameBytes, E> {
                Ok(FrameBytes(bytes))
            }

            fn visit_seq<A: de::SeqAccess<'de>>(self, mut items: A) -> Result<FrameBytes, A::Error> {
                let mut bytes = Vec::new();
                while let Some(byte) = items.next_element()? {
                    bytes.push(byte);
                }
                Ok(FrameBytes(bytes))
            }
        }

        deserializer.deserialize_byte_buf(Bytes)
    }
}

/// Why bytes are no message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a message of the fleet stream in a version known here")]
pub struct BadFrame;

/// A message, with loads by their numbers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Frame {
    /// Whether this is the whole view.
    pub whole: bool,
    /// Numbers that readers may not know yet.
    pub newcomers: Vec<(u32, LoadId)>,
    /// Those to be taken off the map.
    pub gone: Vec<u32>,
    /// Positions; fewest bytes in the order of their numbers.
    pub positions: Vec<(u32, LastFix)>,
}

impl Frame {
    /// This message as it travels. Places are rounded to units, headings and speeds to what their bytes can say.
    pub fn encode(&self) -> FrameBytes {
        let mut out =
            Vec::with_capacity(64 + self.newcomers.len() * 18 + self.gone.len() * 3 + self.positions.len() * 13);
        out.extend([VERSION, u8::from(self.whole)]);
        put(&mut out, self.newcomers.len() as u64);
        for (number, load) in &self.newcomers {
            put(&mut out, (*number).into());
            out.extend(load.uuid().as_bytes());
        }
        put(&mut out, self.gone.len() as u64);
        for number in &self.gone {
            put(&mut out, (*number).into());
        }
        put(&mut out, self.positions.len() as u64);
        let places = || self.positions.iter().map(|(_, fix)| (units(fix.lat), units(fix.lng)));
        let (Some(newest), Some(south), Some(west)) = (
            self.positions.iter().map(|(_, fix)| fix.at.millis()).max(),
            places().map(|place| place.0).min(),
            places().map(|place| place.1).min(),
        ) else {
            return FrameBytes(out);
        };
        let furthest = places().map(|(lat, lng)| (lat - south).max(lng - west)).max().unwrap_or_default();
        let width = (1..4).find(|width| furthest < 1 << (8 * width)).unwrap_or(4);
        put_signed(&mut out, newest);
        put_signed(&mut out, south);
        put_signed(&mut out, west);
        out.push(width as u8);
        let mut before = 0_u32;
        for ((number, fix), (lat, lng)) in self.positions.iter().zip(places()) {
            put(&mut out, number.wrapping_sub(before).into());
            before = *number;
            out.extend(&(lat - south).to_le_bytes()[..width]);
            out.extend(&(lng - west).to_le_bytes()[..width]);
            out.push(fix.heading.map_or(UNKNOWN, |degrees| (degrees / HEADING_STEP).round().rem_euclid(240.0) as u8));
            out.push(fix.speed.map_or(UNKNOWN, |mph| mph.round().clamp(0.0, 254.0) as u8));
            put(&mut out, newest.wrapping_sub(fix.at.millis()).cast_unsigned());
        }
        FrameBytes(out)
    }

    /// Reads a message, from whomever it may come.
    ///
    /// # Errors
    /// [`BadFrame`] when the bytes are none.
    pub fn decode(bytes: &[u8]) -> Result<Self, BadFrame> {
        let mut rest = Rest(bytes);
        if rest.byte()? != VERSION {
            return Err(BadFrame);
        }
        let whole = rest.byte()? == 1;
        let newcomers = rest.list(|rest| Ok((rest.number()?, LoadId::new(Uuid::from_bytes(rest.take()?)))))?;
        let gone = rest.list(Rest::number)?;
        // How many there are is known before what they are counted from.
        let count = rest.varint()?;
        if count == 0 {
            return rest.end(Self { whole, newcomers, gone, positions: Vec::new() });
        }
        let newest = rest.signed()?;
        let (south, west) = (rest.signed()?, rest.signed()?);
        let width = usize::from(rest.byte()?);
        if !(1..=4).contains(&width) {
            return Err(BadFrame);
        }
        let mut before = 0_u32;
        let positions = rest.items(count, |rest| {
            before = before.wrapping_add(rest.number()?);
            let lat = degrees(south, rest.offset(width)?, 90.0)?;
            let lng = degrees(west, rest.offset(width)?, 180.0)?;
            let heading =
                Some(rest.byte()?).filter(|steps| *steps != UNKNOWN).map(|steps| f64::from(steps) * HEADING_STEP);
            let speed = Some(rest.byte()?).filter(|mph| *mph != UNKNOWN).map(f64::from);
            let at = Timestamp::from_millis(newest.wrapping_sub(rest.varint()?.cast_signed()));
            Ok((before, LastFix { lat, lng, heading, speed, at, source: Source::default() }))
        })?;
        rest.end(Self { whole, newcomers, gone, positions })
    }
}

/// A message, with loads by their names.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Heard {
    /// Whether this is the whole view.
    pub whole: bool,
    /// Those to be taken off the map, before anything else.
    pub gone: Vec<LoadId>,
    /// The newest position of each that moved; one older than what is known moves nothing.
    pub positions: Vec<(LoadId, LastFix)>,
}

/// Which load is meant by which number, on one connection.
#[derive(Clone, Debug, Default)]
pub struct Roster(BTreeMap<u32, LoadId>);

impl Roster {
    /// Takes a message as it came.
    ///
    /// # Errors
    /// [`BadFrame`] when the bytes are none; then nothing has changed.
    pub fn take(&mut self, bytes: &[u8]) -> Result<Heard, BadFrame> {
        let Frame { whole, newcomers, gone, positions } = Frame::decode(bytes)?;
        if whole {
            self.0.clear();
        }
        let gone = gone.iter().filter_map(|number| self.0.remove(number)).collect();
        self.0.extend(newcomers);
        let named = |(number, fix)| Some((*self.0.get(&number)?, fix));
        Ok(Heard { whole, gone, positions: positions.into_iter().filter_map(named).collect() })
    }
}

/// A coordinate in units. It lies on the globe: that was checked when it was reported.
fn units(degrees: f64) -> i64 {
    (degrees * UNITS).round() as i64
}

fn degrees(corner: i64, offset: i64, most: f64) -> Result<f64, BadFrame> {
    let degrees = corner.saturating_add(offset) as f64 / UNITS;
    if degrees.abs() <= most { Ok(degrees) } else { Err(BadFrame) }
}

fn put(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn put_signed(out: &mut Vec<u8>, value: i64) {
    put(out, ((value << 1) ^ (value >> 63)).cast_unsigned());
}

/// What is left to be read.
struct Rest<'a>(&'a [u8]);

impl Rest<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], BadFrame> {
        let (taken, rest) = self.0.split_first_chunk().ok_or(BadFrame)?;
        self.0 = rest;
        Ok(*taken)
    }

    fn byte(&mut self) -> Result<u8, BadFrame> {
        self.take().map(|[byte]| byte)
    }

    fn varint(&mut self) -> Result<u64, BadFrame> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(BadFrame)
    }

    fn signed(&mut self) -> Result<i64, BadFrame> {
        let value = self.varint()?;
        Ok((value >> 1).cast_signed() ^ -(value & 1).cast_signed())
    }

    fn number(&mut self) -> Result<u32, BadFrame> {
        u32::try_from(self.varint()?).map_err(|_| BadFrame)
    }

    fn offset(&mut self, width: usize) -> Result<i64, BadFrame> {
        let mut value = [0; 8];
        for byte in value.iter_mut().take(width) {
            *byte = self.byte()?;
        }
        Ok(i64::from_le_bytes(value))
    }

    fn list<T>(&mut self, item: impl FnMut(&mut Self) -> Result<T, BadFrame>) -> Result<Vec<T>, BadFrame> {
        let count = self.varint()?;
        self.items(count, item)
    }

    /// So many items, each of at least a byte: whoever claims more than there can be gets no memory for them.
    fn items<T>(
        &mut self,
        count: u64,
        mut item: impl FnMut(&mut Self) -> Result<T, BadFrame>,
    ) -> Result<Vec<T>, BadFrame> {
        if count > self.0.len() as u64 {
            return Err(BadFrame);
        }
        (0..count).map(|_| item(self)).collect()
    }

    fn end(self, frame: Frame) -> Result<Frame, BadFrame> {
        if self.0.is_empty() { Ok(frame) } else { Err(BadFrame) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, option, prelude::*};

    use super::*;

    fn load(n: u128) -> LoadId {
        LoadId::new(Uuid::from_u128(n))
    }

    fn fix(lat: f64, lng: f64, at: i64) -> LastFix {
        let (heading, speed) = (Some(270.0), Some(55.0));
        LastFix { lat, lng, heading, speed, at: Timestamp::from_millis(at), source: Source::Driver }
    }

    prop_compose! {
        fn any_fix()(
            lat in -90.0..=90.0_f64,
            lng in -180.0..=180.0_f64,
            heading in option::of(0.0..=360.0_f64),
            speed in option::of(0.0..=10_000.0_f64),
            at in any::<i64>(),
        ) -> LastFix {
            LastFix { lat, lng, heading, speed, at: Timestamp::from_millis(at), source: Source::Driver }
        }
    }

    prop_compose! {
        fn any_frame()(
            whole in any::<bool>(),
            newcomers in vec((any::<u32>(), any::<u128>().prop_map(load)), 0..20),
            gone in vec(any::<u32>(), 0..20),
            positions in vec((any::<u32>(), any_fix()), 0..40),
        ) -> Frame {
            Frame { whole, newcomers, gone, positions }
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(frame in any_frame()) {
            let read = Frame::decode(&frame.encode().0).expect("a frame");

            prop_assert_eq!((read.whole, &read.newcomers, &read.gone), (frame.whole, &frame.newcomers, &frame.gone));
            prop_assert_eq!(read.positions.len(), frame.positions.len());
            for ((number, read), (own, sent)) in read.positions.iter().zip(&frame.positions) {
                prop_assert_eq!((number, read.at), (own, sent.at));
                let half = 0.5 / UNITS + 1e-9;
                prop_assert!((read.lat - sent.lat).abs() <= half && (read.lng - sent.lng).abs() <= half);
                prop_assert_eq!(read.heading.is_some(), sent.heading.is_some());
                let turn = read.heading.zip(sent.heading).map_or(0.0, |(read, sent)| (read - sent).abs());
                prop_assert!(turn.min(360.0 - turn) <= HEADING_STEP / 2.0 + 1e-9);
                prop_assert_eq!(read.speed, sent.speed.map(|mph| mph.round().min(254.0)));
            }
        }

        #[test]
        fn whatever_else_comes_is_refused_or_read_but_never_worse(bytes in vec(any::<u8>(), 0..400)) {
            let _ = Roster::default().take(&bytes);
        }

        #[test]
        fn a_frame_with_a_byte_changed_or_its_end_cut_off_does_no_harm(
            frame in any_frame(), at in any::<prop::sample::Index>(), byte in any::<u8>(),
        ) {
            let mut bytes = frame.encode().0;
            let at = at.index(bytes.len());
            prop_assert_eq!(Frame::decode(&bytes[..at]), Err(BadFrame));
            bytes[at] = byte;
            let _ = Roster::default().take(&bytes);
        }
    }

    #[test]
    fn whoever_claims_to_send_more_than_they_do_is_refused() {
        for claim in [u64::MAX, 1 << 40, 2] {
            for before in [&[1, 0][..], &[1, 0, 0], &[1, 0, 0, 0]] {
                let mut bytes = before.to_vec();
                put(&mut bytes, claim);
                assert_eq!(Frame::decode(&bytes), Err(BadFrame), "{bytes:?}");
            }
        }
    }

    #[test]
    fn a_place_keeps_its_decimals() {
        let frame = Frame { positions: vec![(7, fix(39.3, -94.60001, 5))], ..Frame::default() };
        let read = Frame::decode(&frame.encode().0).expect("a frame");

        assert_eq!(read.positions, frame.positions);
    }

    /// The bytes of a message, as another program would write or read them: changing any of them takes a new version.
    #[test]
    fn the_format_is_what_it_says() {
        let frame = Frame {
            whole: true,
            newcomers: vec![(1, load(0xab))],
            gone: vec![300],
            positions: vec![(1, fix(0.00001, -0.00001, 1_000)), (3, fix(0.00300, 0.0, 872))],
        };
        let id = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xab];
        let expected = [
            &[1, 1, 1, 1][..],
            &id,
            &[1, 0xac, 2],
            &[2, 0xd0, 0x0f, 2, 1, 2],
            &[1, 0, 0, 0, 0, 180, 55, 0],
            &[2, 43, 1, 1, 0, 180, 55, 128, 1],
        ];

        assert_eq!(frame.encode().0, expected.concat());
    }

    #[test]
    fn a_truck_of_a_large_fleet_takes_eleven_bytes() {
        // A thousand trucks between the coasts, each heard of within the last seconds.
        let at = 1_795_000_000_000;
        let truck = |n: u32| {
            let part = f64::from(n) / 1_000.0;
            (n * 3, fix(25.0 + 24.0 * part, -124.0 + 57.0 * part, at - i64::from(n) * 4))
        };
        let frame = Frame { positions: (0..1_000).map(truck).collect(), ..Frame::default() };

        assert!(frame.encode().0.len() <= 11 * 1_000 + 40, "{}", frame.encode().0.len());
    }

    #[test]
    fn numbers_mean_what_the_messages_before_said() {
        let mut roster = Roster::default();
        let mut take = |frame: &Frame| roster.take(&frame.encode().0).expect("a frame");
        let (here, there) = (fix(40.0, -90.0, 1), fix(41.0, -90.0, 2));
        let told = |whole, newcomers: &[(u32, LoadId)], gone: &[u32], positions: &[(u32, LastFix)]| Frame {
            whole,
            newcomers: newcomers.to_vec(),
            gone: gone.to_vec(),
            positions: positions.to_vec(),
        };

        assert_eq!(take(&told(false, &[], &[], &[(1, here)])).positions, [], "nobody said who that is");
        let whole = take(&told(true, &[(1, load(1)), (2, load(2))], &[], &[(1, here), (2, here)]));
        assert_eq!((whole.whole, whole.positions.len()), (true, 2));
        assert_eq!(take(&told(false, &[], &[], &[(2, there)])).positions, [(load(2), there)]);
        let back = take(&told(false, &[(3, load(1))], &[1], &[(3, there)]));
        assert_eq!((back.gone, back.positions), (vec![load(1)], vec![(load(1), there)]), "gone, and back at once");
        take(&told(true, &[(2, load(2))], &[], &[]));
        assert_eq!(take(&told(false, &[], &[], &[(3, here), (2, here)])).positions, [(load(2), here)]);
    }
}
