//! `[lua]` in `upgrades.toml`: how much a script in Lua may take.

use std::time::Duration;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use upgrades::Upgrader;

/// What may stand in the table; the engine's own limits where nothing does.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LuaLimits {
    #[serde(default, deserialize_with = "memory")]
    memory: Option<usize>,
    #[serde(default, deserialize_with = "time")]
    time: Option<Duration>,
}

impl LuaLimits {
    /// The upgrade, with these limits.
    pub(crate) fn limit(&self, mut upgrader: Upgrader<'static>) -> Upgrader<'static> {
        if let Some(most) = self.memory {
            upgrader = upgrader.lua_memory(most);
        }
        if let Some(longest) = self.time {
            upgrader = upgrader.lua_time(longest);
        }
        upgrader
    }
}

fn memory<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<usize>, D::Error> {
    let text = text(deserializer, "memory", "256 MiB")?;
    let bytes = size(&text).map_err(|reason| D::Error::custom(format!("memory: {reason}")))?;
    Ok(Some(bytes))
}

fn time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
    let text = text(deserializer, "time", "1m")?;
    let longest = crate::config::parse_duration(&text)
        .map_err(|reason| D::Error::custom(format!("time: {reason}")))?;
    match longest {
        Duration::ZERO => Err(D::Error::custom(format!(
            "time: in {text:?} no script computes anything"
        ))),
        longest => Ok(Some(longest)),
    }
}

/// The text behind a key.
fn text<'de, D: Deserializer<'de>>(
    deserializer: D,
    key: &str,
    example: &str,
) -> Result<String, D::Error> {
    match toml::Value::deserialize(deserializer)? {
        toml::Value::String(text) => Ok(text),
        other => Err(D::Error::custom(format!(
            "{key}: it is a text, such as {example:?}; this is of the type {}",
            other.type_str()
        ))),
    }
}

/// The units, and how many bytes each has.
const UNITS: [(&str, usize); 4] = [
    ("B", 1),
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
];

/// What Lua needs for itself.
const LEAST: usize = 1 << 20;

/// A number of bytes, said as `256 MiB`.
fn size(text: &str) -> Result<usize, String> {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, unit) = text.split_at(digits);
    let unit = UNITS.iter().find(|(word, _)| *word == unit.trim());
    let (Ok(number), Some((_, bytes))) = (number.parse::<usize>(), unit) else {
        return Err(format!(
            "{text:?} is no size such as 256 MiB; the units are {}",
            UNITS.map(|(word, _)| word).join(", ")
        ));
    };
    match number.checked_mul(*bytes) {
        Some(bytes) if bytes >= LEAST => Ok(bytes),
        Some(_) => Err(format!("{text:?} is too little: Lua itself needs 1 MiB")),
        None => Err(format!("{text:?} is more than this machine can count")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_sizes() {
        let no_size = |text: &str| {
            Err(format!(
                "{text:?} is no size such as 256 MiB; the units are B, KiB, MiB, GiB"
            ))
        };
        let rows = [
            ("1048576 B", Ok(1 << 20)),
            ("2048KiB", Ok(2 << 20)),
            ("256 MiB", Ok(256 << 20)),
            ("1  GiB ", Ok(1 << 30)),
            (
                "1023 KiB",
                Err("\"1023 KiB\" is too little: Lua itself needs 1 MiB".to_owned()),
            ),
            (
                "0 GiB",
                Err("\"0 GiB\" is too little: Lua itself needs 1 MiB".to_owned()),
            ),
            ("", no_size("")),
            ("256", no_size("256")),
            ("MiB", no_size("MiB")),
            ("256 MB", no_size("256 MB")),
            ("1.5 GiB", no_size("1.5 GiB")),
            ("-1 MiB", no_size("-1 MiB")),
            ("２ MiB", no_size("２ MiB")),
            (
                "99999999999999999999 MiB",
                no_size("99999999999999999999 MiB"),
            ),
            (
                "99999999999999 GiB",
                Err("\"99999999999999 GiB\" is more than this machine can count".to_owned()),
            ),
        ];
        for (text, expected) in rows {
            assert_eq!(size(text), expected, "{text}");
        }
    }
}
