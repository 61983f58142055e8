//! What is called in the browser beyond its own interfaces: the official Socket.IO client, and a bare fetch.
//!
//! Architecture invariant: this is the only file with an `extern "C"`.

use wasm_bindgen::prelude::*;

#[wasm_bindgen(raw_module = "/vendor/socket.io-4.8.4.esm.min.js")]
extern "C" {
    /// The connection that all sockets of a page share.
    pub type Manager;

    #[wasm_bindgen(constructor)]
    pub fn new(uri: &str, options: &JsValue) -> Manager;

    /// The socket of a namespace; it connects by itself unless the manager was told not to.
    #[wasm_bindgen(method)]
    pub fn socket(this: &Manager, namespace: &str, options: &JsValue) -> Socket;

    /// Closes the connection with everything that waits for it.
    #[wasm_bindgen(method)]
    pub fn disconnect(this: &Manager);

    /// A socket of one namespace.
    pub type Socket;

    #[wasm_bindgen(method)]
    pub fn on(this: &Socket, event: &str, listener: &Closure<dyn Fn(JsValue)>);

    /// Hears every event that the server emits, with its name and its first value.
    #[wasm_bindgen(method, js_name = onAny)]
    pub fn on_any(this: &Socket, listener: &Closure<dyn Fn(String, JsValue)>);

    #[wasm_bindgen(method)]
    pub fn connect(this: &Socket);

    #[wasm_bindgen(method)]
    pub fn disconnect(this: &Socket);

    #[wasm_bindgen(method, getter)]
    pub fn connected(this: &Socket) -> bool;

    /// Whether the client will connect it again by itself.
    #[wasm_bindgen(method, getter)]
    pub fn active(this: &Socket) -> bool;

    #[wasm_bindgen(method)]
    pub fn emit(this: &Socket, event: &str, data: &JsValue);

    /// The same socket, whose next question fails after so many milliseconds without an answer.
    #[wasm_bindgen(method)]
    pub fn timeout(this: &Socket, ms: u32) -> Socket;

    /// Asks, and waits for the answer.
    #[wasm_bindgen(method, catch, js_name = emitWithAck)]
    pub async fn ask(this: &Socket, event: &str, data: &JsValue) -> Result<JsValue, JsValue>;
}

#[wasm_bindgen]
extern "C" {
    /// Fills bytes with what nobody can guess.
    #[wasm_bindgen(js_namespace = crypto, js_name = getRandomValues)]
    pub fn fill_random(bytes: &mut [u8]);

    /// Turns bytes into text.
    pub type TextDecoder;

    #[wasm_bindgen(constructor)]
    pub fn new(label: &str, options: &JsValue) -> TextDecoder;

    /// The text; fails where the bytes are none, if it was asked to.
    #[wasm_bindgen(method, catch)]
    pub fn decode(this: &TextDecoder, bytes: &JsValue) -> Result<String, JsValue>;

    /// The bytes of a file.
    #[wasm_bindgen(method, catch, js_name = arrayBuffer)]
    pub async fn bytes(this: &Whole) -> Result<JsValue, JsValue>;

    /// A file, as far as it is read whole.
    pub type Whole;

    /// The answer of a fetch.
    pub type Answer;

    #[wasm_bindgen(catch)]
    pub async fn fetch(url: &str, options: &JsValue) -> Result<Answer, JsValue>;

    #[wasm_bindgen(method, getter)]
    pub fn status(this: &Answer) -> u16;

    #[wasm_bindgen(method, catch)]
    pub async fn text(this: &Answer) -> Result<JsValue, JsValue>;

    /// Runs `work` once no other tab of this site holds the lock of this name. Fails where the browser has no locks.
    #[wasm_bindgen(catch, js_namespace = ["navigator", "locks"], js_name = request)]
    pub async fn with_lock(name: &str, work: &Closure<dyn Fn() -> js_sys::Promise>) -> Result<JsValue, JsValue>;
}
