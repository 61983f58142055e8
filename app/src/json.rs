//! JSON, in which everything travels between the server and the page.
//!
//! Both ends write it with serde_json, and the server reads it so too. The browser's reader takes serde_json's tree of
//! values apart by itself: serde_json's own way costs each type three times as many bytes of the compiled page, for
//! line numbers and reasons that nobody would see there.

#[cfg(any(feature = "hydrate", test))]
mod reader;

use leptos::{
    prelude::{Get as _, Resource, use_context},
    server::codee::{Decoder, Encoder},
    server_fn::{Bytes, ContentType, Decodes, Encodes, Format, FormatType, codec::Post},
};
use serde::{Serialize, de::DeserializeOwned};

use crate::pages::Visitor;

#[cfg(feature = "hydrate")]
pub use reader::{Reader, Unreadable, read};
#[cfg(not(feature = "hydrate"))]
pub use serde_json::{Error as Unreadable, from_str as read};

/// Reads a value that is a tree already.
#[cfg(feature = "hydrate")]
pub const fn tree(value: serde_json::Value) -> Reader {
    Reader(value)
}

/// Reads a value that is a tree already.
#[cfg(not(feature = "hydrate"))]
pub const fn tree(value: serde_json::Value) -> serde_json::Value {
    value
}

/// Something that the server reads and the page goes on from: the same as `Resource::new`, in this crate's JSON.
pub fn resource<S, T, F>(
    source: impl Fn() -> S + Send + Sync + 'static,
    fetcher: impl Fn(S) -> F + Send + Sync + 'static,
) -> Resource<T, Text>
where
    S: PartialEq + Clone + Send + Sync + 'static,
    T: Serialize + DeserializeOwned + Send + Sync + 'static,
    F: Future<Output = T> + Send + 'static,
{
    // A server reads once, and perhaps only when the page is sent and its signals are gone: so what is asked is settled now.
    #[cfg(feature = "ssr")]
    let source = {
        let asked = leptos::prelude::untrack(source);
        move || asked.clone()
    };
    Resource::new_with_options(source, fetcher, false)
}

/// What a resource has brought.
pub fn brought<T: Clone + Send + Sync + 'static>(resource: Resource<T, Text>) -> Option<T> {
    is_asked().then(|| resource.get()).flatten()
}

/// Whether what is rendered is still asked for. On the server the framework looks once more at what it has rendered, on
/// another thread and perhaps when the request is gone: then there is no context any more, and who goes on without it
/// takes the answer down with them.
pub fn is_asked() -> bool {
    cfg!(feature = "hydrate") || use_context::<Visitor>().is_some()
}

/// How calls send what they ask, and how all of them are answered.
pub type Json = Post<Text>;

/// JSON as text: in calls, and in what the server writes into a page for its waking.
pub struct Text;

impl ContentType for Text {
    const CONTENT_TYPE: &'static str = "application/json";
}

impl FormatType for Text {
    const FORMAT_TYPE: Format = Format::Text;
}

impl<T: Serialize> Encodes<T> for Text {
    type Error = serde_json::Error;

    fn encode(value: &T) -> Result<Bytes, Self::Error> {
        serde_json::to_vec(value).map(Bytes::from)
    }
}

impl<T: DeserializeOwned> Decodes<T> for Text {
    type Error = Unreadable;

    fn decode(bytes: Bytes) -> Result<T, Self::Error> {
        // What is no text is no JSON either.
        read(str::from_utf8(&bytes).unwrap_or_default())
    }
}

impl<T: Serialize> Encoder<T> for Text {
    type Error = serde_json::Error;
    type Encoded = String;

    fn encode(value: &T) -> Result<String, Self::Error> {
        serde_json::to_string(value)
    }
}

impl<T: DeserializeOwned> Decoder<T> for Text {
    type Error = Unreadable;
    type Encoded = str;

    fn decode(text: &str) -> Result<T, Self::Error> {
        read(text)
    }
}
