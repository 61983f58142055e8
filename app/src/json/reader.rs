//! Takes a tree of JSON values apart: structures by the names of their fields, never by their order.

use std::fmt::{self, Display};

use serde::de::{
    self, DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Expected, MapAccess, SeqAccess, Unexpected,
    VariantAccess, Visitor,
};
use serde_json::{Value, map};

/// What came isn't what was expected. Where and why is for those who write programs, and they have the server's reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unreadable;

impl Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the answer can't be read")
    }
}

impl std::error::Error for Unreadable {}

// Each of these would put words together that nobody reads.
impl de::Error for Unreadable {
    fn custom<T: Display>(_: T) -> Self {
        Self
    }
    fn invalid_type(_: Unexpected<'_>, _: &dyn Expected) -> Self {
        Self
    }
    fn invalid_value(_: Unexpected<'_>, _: &dyn Expected) -> Self {
        Self
    }
    fn invalid_length(_: usize, _: &dyn Expected) -> Self {
        Self
    }
    fn unknown_variant(_: &str, _: &'static [&'static str]) -> Self {
        Self
    }
    fn unknown_field(_: &str, _: &'static [&'static str]) -> Self {
        Self
    }
    fn missing_field(_: &'static str) -> Self {
        Self
    }
    fn duplicate_field(_: &'static str) -> Self {
        Self
    }
}

/// Reads a value from its JSON.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, Unreadable> {
    T::deserialize(Reader(parse(text)?))
}

/// Apart from `read`, so that it is compiled once and not for each type.
#[inline(never)]
fn parse(text: &str) -> Result<Value, Unreadable> {
    serde_json::from_str(text).map_err(|_| Unreadable)
}

/// A value that is yet to be read.
pub struct Reader(pub Value);

impl Reader {
    fn fields(self) -> Result<Fields, Unreadable> {
        match self.0 {
            Value::Object(fields) => Ok(Fields { rest: fields.into_iter(), value: Value::Null }),
            _ => Err(Unreadable),
        }
    }

    fn items(self) -> Result<Items, Unreadable> {
        match self.0 {
            Value::Array(items) => Ok(Items(items.into_iter())),
            _ => Err(Unreadable),
        }
    }

    fn variant(self) -> Result<Variant, Unreadable> {
        match self.0 {
            Value::String(name) => Ok(Variant { name, content: Value::Null }),
            // With content it is an object of one field, as the answer of a call is.
            Value::Object(fields) if fields.len() == 1 => {
                let (name, content) = fields.into_iter().next().ok_or(Unreadable)?;
                Ok(Variant { name, content })
            }
            _ => Err(Unreadable),
        }
    }

    fn text(self) -> Result<String, Unreadable> {
        match self.0 {
            Value::String(text) => Ok(text),
            _ => Err(Unreadable),
        }
    }
}

macro_rules! numbers {
    ($($method:ident $visit:ident $as:ident)+) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
            visitor.$visit(self.0.$as().ok_or(Unreadable)?)
        }
    )+};
}

impl<'de> Deserializer<'de> for Reader {
    type Error = Unreadable;

    numbers! {
        deserialize_bool visit_bool as_bool
        deserialize_i8 visit_i64 as_i64
        deserialize_i16 visit_i64 as_i64
        deserialize_i32 visit_i64 as_i64
        deserialize_i64 visit_i64 as_i64
        deserialize_u8 visit_u64 as_u64
        deserialize_u16 visit_u64 as_u64
        deserialize_u32 visit_u64 as_u64
        deserialize_u64 visit_u64 as_u64
        deserialize_f32 visit_f64 as_f64
        deserialize_f64 visit_f64 as_f64
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(yes) => visitor.visit_bool(yes),
            Value::Number(number) => match (number.as_u64(), number.as_i64(), number.as_f64()) {
                (Some(number), ..) => visitor.visit_u64(number),
                (_, Some(number), _) => visitor.visit_i64(number),
                (.., Some(number)) => visitor.visit_f64(number),
                _ => Err(Unreadable),
            },
            Value::String(text) => visitor.visit_string(text),
            Value::Array(items) => visitor.visit_seq(Items(items.into_iter())),
            Value::Object(fields) => visitor.visit_map(Fields { rest: fields.into_iter(), value: Value::Null }),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        visitor.visit_string(self.text()?)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        visitor.visit_string(self.text()?)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        visitor.visit_unit()
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Unreadable> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        visitor.visit_seq(self.items()?)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Unreadable> {
        visitor.visit_seq(self.items()?)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        visitor.visit_seq(self.items()?)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        visitor.visit_map(self.fields()?)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        visitor.visit_map(self.fields()?)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        visitor.visit_enum(self.variant()?)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        visitor.visit_str(&self.text()?)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        visitor.visit_unit()
    }

    serde::forward_to_deserialize_any! { char bytes byte_buf unit_struct }
}

/// The fields of an object that are yet to be read.
struct Fields {
    rest: map::IntoIter,
    value: Value,
}

impl Fields {
    fn next(&mut self) -> Option<Reader> {
        let (name, value) = self.rest.next()?;
        self.value = value;
        Some(Reader(Value::String(name)))
    }
}

impl<'de> MapAccess<'de> for Fields {
    type Error = Unreadable;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Unreadable> {
        self.next().map(|name| seed.deserialize(name)).transpose()
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Unreadable> {
        seed.deserialize(Reader(self.value.take()))
    }
}

/// One of an enumeration, with its content if it has any.
struct Variant {
    name: String,
    content: Value,
}

impl<'de> EnumAccess<'de> for Variant {
    type Error = Unreadable;
    type Variant = Reader;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Reader), Unreadable> {
        Ok((seed.deserialize(Reader(Value::String(self.name)))?, Reader(self.content)))
    }
}

impl<'de> VariantAccess<'de> for Reader {
    type Error = Unreadable;

    fn unit_variant(self) -> Result<(), Unreadable> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Unreadable> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Unreadable> {
        visitor.visit_seq(self.items()?)
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], visitor: V) -> Result<V::Value, Unreadable> {
        visitor.visit_map(self.fields()?)
    }
}

/// The items of an array that are yet to be read.
struct Items(std::vec::IntoIter<Value>);

impl<'de> SeqAccess<'de> for Items {
    type Error = Unreadable;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Unreadable> {
        self.0.next().map(|item| seed.deserialize(Reader(item))).transpose()
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Debug;

    use contract::{
        Listed, One,
        accounts::Me,
        event::{Happened, LoadLocationUpdated, Missed},
        loads::{LoadRow, TimelineEntry},
    };

    use super::*;
    use crate::fault::Fault;

    const ID: &str = "01890a5d-ac96-774b-bcce-b302099a8057";
    const AT: &str = "2026-11-23T08:00:00.000Z";

    fn row() -> String {
        format!(
            r#"{{"id":"{ID}","loadNumber":"LD-202611-00001","version":3,"status":"IN_TRANSIT","statusChangedAt":"{AT}",
            "updatedAt":"{AT}","customerName":"Zoë \"Q\" Foods","equipment":"REEFER","isHot":true,
            "carrier":{{"id":"{ID}","name":"Kestrel"}},"driver":null,"stopCount":2,
            "origin":{{"city":"Salem","state":"VA"}},"destination":{{"city":"Macon","state":"GA"}},
            "originPoint":{{"lat":37.29,"lng":-80}},"destinationPoint":{{"lat":32.84,"lng":-83.63}},
            "pickup":{{"start":"{AT}","end":"{AT}","zone":"America/New_York","offsetMin":-300,"zoneShort":"ET"}},
            "delivery":{{"start":"{AT}","end":"{AT}","zone":"America/New_York","offsetMin":-300,"zoneShort":"ET"}},
            "miles":487,"currentLocation":{{"lat":36.1,"lng":-80.2,"at":"{AT}","source":"DRIVER"}},"unheardOf":[{{}}]}}"#
        )
    }

    /// Both readers must say the same, and it must be what was meant.
    fn both<T: DeserializeOwned + PartialEq + Debug>(text: &str) -> T {
        let whole = serde_json::from_str::<T>(text).unwrap_or_else(|fault| panic!("{fault}: {text}"));
        assert_eq!(read::<T>(text).as_ref(), Ok(&whole), "{text}");
        whole
    }

    #[test]
    fn what_travels_is_read_as_the_server_would() {
        let list: Listed<LoadRow> = both(&format!(
            r#"{{"data":[{}],"page":{{"number":1,"size":50,"total":1}},"cursor":{{"tenant:1":"a:7"}},"as_of":"{AT}"}}"#,
            row()
        ));
        assert_eq!(list.data[0].customer_name, "Zoë \"Q\" Foods");
        let moved: LoadLocationUpdated = both(&format!(
            r#"{{"loadId":"{ID}","loadNumber":"LD-1","location":{{"lat":1.5,"lng":-2}},"speed":55.5,"heading":null,
            "recordedAt":"{AT}","source":"DRIVER"}}"#
        ));
        assert_eq!((moved.location.lng, moved.speed), (-2.0, Some(55.5)));
        let line: One<Vec<TimelineEntry>> = both(&format!(
            r#"{{"data":[{{"at":"{AT}","kind":"status_changed","from":"ACCEPTED","to":"DISPATCHED"}}]}}"#
        ));
        assert_eq!(line.data.len(), 1);
        both::<Me>(&format!(
            r#"{{"id":"{ID}","name":"Ada","email":"a@b.example","tenantId":"{ID}","tenantName":"Blue","roles":["DISPATCH","ADMIN"]}}"#
        ));
        let no: Fault = both(r#"{"error":{"code":"invalid","message":"no","details":{"fields":{"rate":"too low"}}}}"#);
        assert!(no.refusal().is_some_and(|refusal| refusal.details.is_some()));
        both::<Fault>(r#"{"unreachable":"gone"}"#);
        // As the server writes a call's answer into a page.
        assert!(both::<Result<One<u8>, Fault>>(r#"{"Ok":{"data":3}}"#).is_ok());
        assert!(both::<Result<One<u8>, Fault>>(r#"{"Err":{"unreachable":"gone"}}"#).is_err());
    }

    #[test]
    fn an_event_is_read_by_its_name() {
        let data = format!(
            r#"{{"loadId":"{ID}","loadNumber":"LD-1","previousStatus":"ACCEPTED","newStatus":"DISPATCHED","updatedBy":"Ada","load":{}}}"#,
            row()
        );
        let missed: Missed<Value> = both(&format!(
            r#"{{"events":[{{"event":"load:status:changed","data":{data},"timestamp":"{AT}","tenantId":"{ID}","id":"{ID}",
            "stream":"tenant:1","seq":4,"epoch":"a"}}],"cursor":{{"tenant:1":"a:4"}},"snapshot":false}}"#
        ));
        let envelope = missed.events.into_iter().next().expect("an event");
        assert_eq!(envelope.place.map(|place| place.seq), Some(4));

        let happened = Happened::read(&envelope.event, Reader(envelope.data.clone()));
        assert!(matches!(happened, Ok(Some(Happened::LoadStatusChanged(_)))), "{happened:?}");
        assert_eq!(happened.ok(), Happened::read(&envelope.event, envelope.data).ok());
        assert_eq!(Happened::read("load:painted", Reader(Value::Null)), Ok(None));
    }

    #[test]
    fn what_is_not_as_it_should_be_is_refused() {
        let (row, id) = (row(), format!("\"{ID}\""));
        for crooked in [
            row.replace("\"version\":3,", ""),
            row.replace("\"version\":3", "\"version\":\"3\""),
            row.replace("\"IN_TRANSIT\"", "\"FLYING\""),
            row.replace("\"IN_TRANSIT\"", "7"),
            row.replacen(&id, "\"1\"", 1),
            row.replace("\"stopCount\":2", "\"stopCount\":-2"),
            row.replace("\"isHot\":true", "\"isHot\":1"),
            "[]".to_owned(),
            "{".to_owned(),
        ] {
            assert!(serde_json::from_str::<LoadRow>(&crooked).is_err(), "{crooked}");
            assert_eq!(read::<LoadRow>(&crooked), Err(Unreadable), "{crooked}");
        }
        assert_eq!(read::<Fault>("{}"), Err(Unreadable));
    }
}
