//! How far replicas are behind, and what a batch makes of that.

use std::time::Duration;

use super::super::{Brake, BrakeKind};

/// What is known of a replica.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reading {
    /// It has not answered yet.
    Unasked,
    /// So far it is behind, by its own account.
    Behind(Duration),
    /// It does not replicate now.
    Stopped,
    /// It replicates nothing, and never will.
    NoReplica,
    /// It cannot be asked, and why.
    Unreachable(String),
}

impl Reading {
    /// What a replica answers: for each source that it follows by how many seconds it is behind, or nothing where that
    /// has stopped.
    pub(super) fn of(sources: &[Option<u64>]) -> Self {
        let seconds: Option<Vec<u64>> = sources.iter().copied().collect();
        match seconds.map(|seconds| seconds.into_iter().max()) {
            Some(Some(most)) => Self::Behind(Duration::from_secs(most)),
            Some(None) => Self::NoReplica,
            None => Self::Stopped,
        }
    }

    /// Why a batch waits for the replica at `address`, which may be so far behind; `None`: it does not.
    fn brake(&self, address: &str, longest: Duration) -> Option<(BrakeKind, String)> {
        match self {
            Self::Behind(lag) if *lag <= longest => None,
            Self::Behind(lag) => Some((
                BrakeKind::Behind,
                format!(
                    "replica {address} is {} s behind, and may be {} s",
                    lag.as_secs(),
                    longest.as_secs_f64()
                ),
            )),
            Self::Unasked => Some((
                BrakeKind::Asking,
                format!("replica {address} has not answered yet"),
            )),
            Self::Stopped => Some((
                BrakeKind::Trouble,
                format!("replication has stopped on {address}; start it, or do not wait for it"),
            )),
            Self::NoReplica => Some((
                BrakeKind::Trouble,
                format!("{address} is no replica; name one, or do not wait for it"),
            )),
            Self::Unreachable(why) => Some((
                BrakeKind::Trouble,
                format!("replica {address} cannot be asked how far it is behind: {why}"),
            )),
        }
    }
}

/// Why a batch waits that has to wait for all of these; `None`: it goes on.
pub(super) fn brake<'r>(
    replicas: impl IntoIterator<Item = (&'r str, Reading)>,
    longest: Duration,
) -> Option<Brake> {
    let brakes = replicas.into_iter();
    let brakes = brakes.filter_map(|(address, reading)| reading.brake(address, longest));
    let (kinds, reasons): (Vec<_>, Vec<_>) = brakes.unzip();
    Some(Brake {
        kind: kinds.into_iter().max()?,
        reason: reasons.join("; "),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_answers() {
        let behind = |seconds| Reading::Behind(Duration::from_secs(seconds));
        let rows: [(&[Option<u64>], Reading); 5] = [
            (&[], Reading::NoReplica),
            (&[Some(0)], behind(0)),
            (&[Some(3), Some(7)], behind(7)),
            (&[None], Reading::Stopped),
            (&[Some(3), None], Reading::Stopped),
        ];
        for (sources, expected) in rows {
            assert_eq!(Reading::of(sources), expected, "{sources:?}");
        }
    }

    #[test]
    fn brakes() {
        let behind = |seconds| Reading::Behind(Duration::from_secs(seconds));
        let unreachable = || Reading::Unreachable("refused".into());
        type Row = (Vec<Reading>, Option<(BrakeKind, &'static str)>);
        let rows: [Row; 8] = [
            (vec![], None),
            (vec![behind(0), behind(5)], None),
            (
                vec![behind(0), behind(6)],
                Some((BrakeKind::Behind, "replica b is 6 s behind, and may be 5 s")),
            ),
            (
                vec![Reading::Unasked],
                Some((BrakeKind::Asking, "replica a has not answered yet")),
            ),
            (
                vec![Reading::Stopped],
                Some((
                    BrakeKind::Trouble,
                    "replication has stopped on a; start it, or do not wait for it",
                )),
            ),
            (
                vec![Reading::NoReplica],
                Some((
                    BrakeKind::Trouble,
                    "a is no replica; name one, or do not wait for it",
                )),
            ),
            (
                vec![unreachable(), behind(9)],
                Some((
                    BrakeKind::Trouble,
                    "replica a cannot be asked how far it is behind: refused; replica b is 9 s behind, and may be 5 s",
                )),
            ),
            (
                vec![Reading::Unasked, behind(9)],
                Some((
                    BrakeKind::Behind,
                    "replica a has not answered yet; replica b is 9 s behind, and may be 5 s",
                )),
            ),
        ];
        for (readings, expected) in rows {
            let replicas = ["a", "b"].into_iter().zip(readings.clone());
            let found = brake(replicas, Duration::from_secs(5));
            let found = found.as_ref().map(|brake| (brake.kind, &*brake.reason));
            assert_eq!(found, expected, "{readings:?}");
        }
    }
}
