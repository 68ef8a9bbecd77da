//! [`LuaLimits`]: how much a script in Lua may take.

use std::time::Duration;

/// How much a script in Lua may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LuaLimits {
    /// For its own values, in bytes.
    pub(crate) memory: usize,
    /// For computing without a call to the database.
    pub(crate) time: Duration,
}

impl LuaLimits {
    /// 256 MiB.
    const MEMORY: usize = 256 * 1024 * 1024;
    /// What the machine itself needs, and a little.
    pub(crate) const LEAST_MEMORY: usize = 1024 * 1024;
    const TIME: Duration = Duration::from_secs(60);
}

impl Default for LuaLimits {
    fn default() -> Self {
        Self {
            memory: Self::MEMORY,
            time: Self::TIME,
        }
    }
}
