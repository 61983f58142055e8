//! Sending a file, which no server function does: the body of the call is the file itself, so that the browser reads it
//! from where it is.

#[cfg(feature = "hydrate")]
pub use browser::{File, chosen, fallen, kept, post, send};
#[cfg(not(feature = "hydrate"))]
pub use server::{File, chosen, fallen, kept, send};

#[cfg(feature = "hydrate")]
mod browser {
    use contract::{
        Code, LoadId, One, Refusal,
        documents::{Document, DocumentKind, MAX_BYTES},
    };
    use js_sys::{JsString, Object, Reflect};
    use leptos::{
        ev,
        prelude::{LocalStorage, StoredValue},
        web_sys,
    };
    use serde::de::DeserializeOwned;

    use crate::{
        fault::Fault,
        json,
        live::{self, bind},
    };

    pub use leptos::web_sys::File;

    /// Room for a file that could not be sent. It is the browser's, and stays on its thread.
    pub fn kept() -> StoredValue<Option<File>, LocalStorage> {
        StoredValue::new_local(None)
    }

    /// The file that was chosen. The field is emptied, so that the same one can be chosen again.
    pub fn chosen(input: &web_sys::HtmlInputElement) -> Option<File> {
        let file = input.files()?.get(0);
        input.set_value("");
        file
    }

    /// The file that was let fall.
    pub fn fallen(event: &ev::DragEvent) -> Option<File> {
        event.data_transfer()?.files()?.get(0)
    }

    /// Sends a file; once more with a fresh token when the old one has run out.
    pub async fn send(load: LoadId, kind: DocumentKind, file: &File) -> Result<One<Document>, Fault> {
        if file.size() > MAX_BYTES as f64 {
            return Err(Refusal::new(Code::TooLarge, "").into());
        }
        let name = js_sys::encode_uri_component(&file.name());
        let url = format!("/api/v1/loads/documents?loadId={load}&kind={}&name={name}", kind.name());
        let options = Object::new();
        for (key, value) in [("method", JsString::from("POST").into()), ("body", file.clone().into())] {
            _ = Reflect::set(&options, &key.into(), &value);
        }
        post(&url, &options).await
    }

    /// Calls the server beside its functions; once more with a fresh token when the old one has run out.
    pub async fn post<T: DeserializeOwned>(url: &str, options: &Object) -> Result<T, Fault> {
        let mut answer = once(url, options).await;
        if answer.as_ref().is_err_and(|fault: &Fault| fault.code() == Some(Code::TokenExpired)) && live::renewed().await
        {
            answer = once(url, options).await;
        }
        answer
    }

    async fn once<T: DeserializeOwned>(url: &str, options: &Object) -> Result<T, Fault> {
        let unreachable = |_| Fault::Unreachable { unreachable: String::new() };
        let answer = bind::fetch(url, options).await.map_err(unreachable)?;
        let text = answer.text().await.map_err(unreachable)?.as_string().unwrap_or_default();
        if answer.status() == 200 {
            return json::read(&text).map_err(|_| Fault::Unreachable { unreachable: String::new() });
        }
        Err(json::read::<Fault>(&text).unwrap_or(Fault::Unreachable { unreachable: String::new() }))
    }
}

#[cfg(not(feature = "hydrate"))]
mod server {
    use contract::{
        LoadId, One,
        documents::{Document, DocumentKind},
    };
    use leptos::{ev, prelude::StoredValue, web_sys};

    use crate::fault::Fault;

    /// No server chooses files.
    pub enum File {}

    impl File {
        /// Its name.
        pub const fn name(&self) -> String {
            match *self {}
        }

        /// How long it is, in bytes.
        pub const fn size(&self) -> f64 {
            match *self {}
        }
    }

    /// Room for none. A page is put together by several threads, so nothing of it may be bound to one.
    pub fn kept() -> StoredValue<Option<File>> {
        StoredValue::new(None)
    }

    /// None.
    pub const fn chosen(_input: &web_sys::HtmlInputElement) -> Option<File> {
        None
    }

    /// None.
    pub const fn fallen(_event: &ev::DragEvent) -> Option<File> {
        None
    }

    /// Sends none.
    pub async fn send(_load: LoadId, _kind: DocumentKind, file: &File) -> Result<One<Document>, Fault> {
        match *file {}
    }
}
