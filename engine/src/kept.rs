//! The text of a script as the history keeps it, so that what was edited since can be shown.
//!
//! LZ4 with the length in front: on the texts of scripts it halves the room and takes a few microseconds.

use std::io::Read;

use crate::checksum::{Checksum, Checksums};
use crate::language::Language;
use crate::ready::Ready;
use crate::runnable::Runnable;
use crate::sql::splitter::without_mark;

/// The longest text that is kept, in bytes; longer ones are data, of which nobody reads a difference.
pub(crate) const LONGEST_KEPT: usize = 1024 * 1024;

/// A text, to be kept; `None` of one that is too long.
pub(crate) fn packed(text: &[u8]) -> Option<Vec<u8>> {
    (text.len() <= LONGEST_KEPT).then(|| lz4_flex::compress_prepend_size(text))
}

/// The text that was kept; `None` where another hand has made it unreadable.
pub(crate) fn unpacked(body: &[u8]) -> Option<String> {
    let (length, packed) = lz4_flex::block::uncompressed_size(body).ok()?;
    if length > LONGEST_KEPT {
        return None;
    }
    let text = lz4_flex::decompress(packed, length).ok()?;
    String::from_utf8(text).ok()
}

impl Ready {
    /// The script's text, to be kept in the history; `None` of a function, of a text that is too long, and of one that is
    /// not the one any more that was read.
    pub(crate) fn body(&self) -> Option<Vec<u8>> {
        match (self.script.language(), self.script.in_memory()) {
            (Language::Rust, _) => None,
            (Language::Sql | Language::Lua, Some(text)) => packed(text),
            (Language::Sql | Language::Lua, None) => {
                // One of many that were too long to be kept in memory together.
                let short = self.length <= LONGEST_KEPT as u64;
                let text = short.then(|| self.script.text_with(&self.checksums.0));
                packed(&text.flatten()?)
            }
        }
    }
}

impl Runnable {
    /// The script's text as it is now; `None` of a function, of a text that is too long to be kept, that cannot be read, or that has
    /// another checksum than this one.
    pub(crate) fn text_with(&self, checksum: &Checksum) -> Option<Vec<u8>> {
        match self.language() {
            Language::Rust => return None,
            Language::Sql | Language::Lua => {}
        }
        let mut text = Vec::new();
        let mut short = self.open().ok()?.take(LONGEST_KEPT as u64 + 1);
        short.read_to_end(&mut text).ok()?;
        let mut checksums = Checksums::default();
        checksums.text(without_mark(&text));
        (text.len() <= LONGEST_KEPT && checksums.finish().0 == *checksum).then_some(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comes_back_as_it_was() {
        let long = "x".repeat(LONGEST_KEPT);
        let rows = ["", "SELECT 1;\r\n", "ä\u{feff}\0\n", &long];
        for text in rows {
            let body = packed(text.as_bytes()).expect("short enough");
            assert_eq!(unpacked(&body).as_deref(), Some(text));
        }
        assert_eq!(packed(format!("{long}x").as_bytes()), None);
    }

    #[test]
    fn nothing_comes_of_what_another_hand_has_written() {
        let torn = packed("SELECT 1; SELECT 1; SELECT 1;".as_bytes()).expect("short enough");
        let rows: [&[u8]; 5] = [
            b"",
            b"abc",
            b"\xff\xff\xff\xffabc",
            &torn[..torn.len() - 3],
            &packed(b"\xff\xfe").expect("short enough"),
        ];
        for body in rows {
            assert_eq!(unpacked(body), None, "{body:?}");
        }
    }
}
