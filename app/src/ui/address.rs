//! Addresses with what they ask for.

/// A path with its parameters.
pub fn address(path: &str, parameters: impl IntoIterator<Item = (&'static str, String)>) -> String {
    let mut address = path.to_owned();
    for (number, (key, value)) in parameters.into_iter().enumerate() {
        address.push(if number == 0 { '?' } else { '&' });
        address.push_str(key);
        address.push('=');
        encode(&value, &mut address);
    }
    address
}

/// A value as an address can carry it.
pub fn encoded(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    encode(value, &mut text);
    text
}

/// Writes a value as an address can carry it. Commas stay: they are allowed, and people read addresses.
fn encode(value: &str, address: &mut String) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.,~".contains(&byte) {
            address.push(char::from(byte));
        } else {
            address.push('%');
            address.push(char::from(DIGITS[usize::from(byte >> 4)]));
            address.push(char::from(DIGITS[usize::from(byte & 15)]));
        }
    }
}
