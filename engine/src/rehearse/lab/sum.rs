//! [`Sum`]: many rows as one number, whatever their order, so that tables of any size are compared without being kept. Pure.

use sha2::{Digest as _, Sha256};

use crate::store::Value;

/// A value as the database has it: text is its bytes, and known as text.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Cell {
    pub(super) is_text: bool,
    pub(super) value: Value,
}

/// The sum of the hashes of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Sum(u128);

impl Sum {
    pub(super) fn add(&mut self, hash: u128) {
        self.0 = self.0.wrapping_add(hash);
    }
}

/// The hash of values in their order; as good as unique.
pub(super) fn hash<'c>(cells: impl IntoIterator<Item = &'c Cell>) -> u128 {
    let mut hasher = Sha256::new();
    for cell in cells {
        let mut take = |kind: u8, bytes: &[u8]| {
            hasher.update([kind]);
            hasher.update((bytes.len() as u64).to_le_bytes());
            hasher.update(bytes);
        };
        match &cell.value {
            Value::Null => take(0, &[]),
            Value::Integer(number) => take(1, &number.to_le_bytes()),
            Value::Real(number) => take(2, &number.to_bits().to_le_bytes()),
            Value::Text(text) => take(3, text.as_bytes()),
            Value::Blob(bytes) if cell.is_text => take(3, bytes),
            Value::Blob(bytes) => take(4, bytes),
        }
    }
    let digest = hasher.finalize();
    let mut half = [0; 16];
    half.copy_from_slice(&digest[..16]);
    u128::from_le_bytes(half)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(values: &[Value]) -> u128 {
        let cells = values.iter().cloned().map(|value| Cell {
            is_text: false,
            value,
        });
        hash(&cells.collect::<Vec<_>>())
    }

    #[test]
    fn tells_rows_apart() {
        let text = |text: &str| Value::from(text);
        let rows = [
            row(&[]),
            row(&[Value::Null]),
            row(&[Value::Null, Value::Null]),
            row(&[Value::Integer(0)]),
            row(&[Value::Integer(1)]),
            row(&[Value::Real(1.0)]),
            row(&[Value::Real(0.0)]),
            row(&[Value::Real(-0.0)]),
            row(&[text("")]),
            row(&[text("1")]),
            row(&[text("ab"), text("c")]),
            row(&[text("a"), text("bc")]),
            row(&[Value::Blob(b"1".to_vec())]),
            row(&[Value::Blob(Vec::new())]),
        ];
        for (number, one) in rows.iter().enumerate() {
            let same = rows.iter().position(|other| other == one);
            assert_eq!(same, Some(number), "row {number}");
        }
        let bytes = Cell {
            is_text: true,
            value: Value::Blob(b"ab".to_vec()),
        };
        assert_eq!(hash([&bytes]), row(&[text("ab")]));
    }

    #[test]
    fn the_order_does_not_matter_and_the_number_does() {
        let sum = |rows: &[i64]| {
            let mut sum = Sum::default();
            for number in rows {
                sum.add(row(&[Value::Integer(*number)]));
            }
            sum
        };
        assert_eq!(sum(&[1, 2, 3]), sum(&[3, 1, 2]));
        let rows: [&[i64]; 4] = [&[1, 2], &[1, 2, 2], &[1, 1, 2], &[]];
        for other in rows {
            assert_ne!(sum(&[1, 2, 3]), sum(other), "{other:?}");
        }
    }
}
