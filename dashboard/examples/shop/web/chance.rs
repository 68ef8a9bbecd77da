//! Texts that nobody can guess.

/// 32 hexadecimal digits, of 16 random bytes.
pub(crate) fn text() -> String {
    let mut bytes = [0; 16];
    // Where the system has none, nothing that is made of it would be safe.
    getrandom::fill(&mut bytes).expect("the operating system has random bytes to give");
    hex(&bytes)
}

/// Bytes as hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
