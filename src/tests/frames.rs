//! WebSocket frames put together by hand, for what no client would send.

use std::time::Duration;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use crate::raw::address;

/// Longer than anything takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

pub const CONTINUATION: u8 = 0;
pub const TEXT: u8 = 1;
pub const BINARY: u8 = 2;
pub const PING: u8 = 9;

/// A frame: its first byte, a length that may be a lie, and a mask that may be missing.
pub fn frame(first: u8, length: u64, mask: Option<[u8; 4]>, payload: &[u8]) -> Vec<u8> {
    let bit = if mask.is_some() { 0x80 } else { 0 };
    let mut bytes = vec![first];
    match length {
        0..=125 => bytes.push(bit | length as u8),
        126..=0xffff => {
            bytes.push(bit | 0x7e);
            bytes.extend((length as u16).to_be_bytes());
        }
        _ => {
            bytes.push(bit | 0x7f);
            bytes.extend(length.to_be_bytes());
        }
    }
    bytes.extend(mask.into_iter().flatten());
    let mask = mask.unwrap_or_default();
    bytes.extend(payload.iter().zip(mask.into_iter().cycle()).map(|(byte, mask)| byte ^ mask));
    bytes
}

/// An honest frame, the last of its message.
pub fn whole(opcode: u8, payload: &[u8]) -> Vec<u8> {
    frame(0x80 | opcode, payload.len() as u64, Some([1, 2, 3, 4]), payload)
}

/// An honest frame that others follow.
pub fn part(opcode: u8, payload: &[u8]) -> Vec<u8> {
    frame(opcode, payload.len() as u64, Some([1, 2, 3, 4]), payload)
}

/// A connection on which a WebSocket was begun by hand.
pub async fn begin(base: &str, query: &str) -> (TcpStream, String) {
    let mut wire = TcpStream::connect(address(base)).await.unwrap();
    let ask = format!(
        "GET /socket.io/?{query} HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
        sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    );
    wire.write_all(ask.as_bytes()).await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match timeout(PATIENCE, wire.read_u8()).await.expect("it answers") {
            Ok(byte) => head.push(byte),
            Err(_) => break,
        }
    }
    (wire, String::from_utf8_lossy(&head).lines().next().unwrap_or_default().to_owned())
}

/// Waits until the server ends a connection.
pub async fn ends(wire: &mut TcpStream) {
    let mut heard = [0; 4_096];
    let end = async { while wire.read(&mut heard).await.is_ok_and(|count| count > 0) {} };
    timeout(PATIENCE, end).await.expect("it ends");
}
