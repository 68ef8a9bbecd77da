//! A stem: a script's file name without its extension, cut into version and description.

use std::ops::Range;

use crate::name::NameError;
use crate::version::{Version, VersionError};

/// The version that a stem begins with, and where its description stands.
pub(crate) fn read_stem(stem: &str) -> Result<(Version, Range<usize>), NameError> {
    let end = version_end(stem)?;
    let text = &stem[..end];
    let words = text
        .split(|c: char| !c.is_ascii_alphabetic())
        .filter(|word| !word.is_empty());
    for word in words {
        if !is_version_word(word, &["dev", "alpha", "a", "beta", "b", "rc", "pl", "p"]) {
            return Err(NameError::Word(word.to_owned()));
        }
    }
    // The words are read without regard to case here: a person who writes -Beta2 means beta.
    let version = if text.bytes().any(|b| b.is_ascii_uppercase()) {
        let lowered: Version = text.to_ascii_lowercase().parse()?;
        lowered.written_as(text)
    } else {
        text.parse()?
    };
    let description = stem[end..].trim_start_matches(['_', '-', ' ']);
    Ok((version, stem.len() - description.len()..stem.len()))
}

fn is_version_word(word: &str, list: &[&str]) -> bool {
    list.iter().any(|known| word.eq_ignore_ascii_case(known))
}

/// Where the version ends, in bytes from the start of the stem.
fn version_end(stem: &str) -> Result<usize, NameError> {
    if !stem.starts_with(|c: char| c.is_ascii_digit()) {
        return Err(NameError::NoVersion);
    }
    for (at, c) in stem.char_indices() {
        match c {
            '_' | ' ' => return Ok(at),
            '-' if !goes_on(&stem[at + 1..]) => return Ok(at),
            '-' | '.' | '+' => {}
            c if c.is_ascii_alphanumeric() => {}
            c => return Err(VersionError::Character(c).into()),
        }
    }
    Ok(stem.len())
}

/// Whether what follows a `-` belongs to the version.
fn goes_on(rest: &str) -> bool {
    let after_digits = |text: &str| {
        text.trim_start_matches(|c: char| c.is_ascii_digit())
            .to_owned()
    };
    let ends = |text: &str| !text.starts_with(char::is_alphabetic);
    if rest.starts_with(|c: char| c.is_ascii_digit()) {
        return ends(&after_digits(rest));
    }
    let word_end = rest
        .find(|c: char| !c.is_alphabetic())
        .unwrap_or(rest.len());
    let (word, number) = rest.split_at(word_end);
    is_version_word(word, &["dev", "alpha", "beta", "rc", "pl"]) && ends(&after_digits(number))
}
