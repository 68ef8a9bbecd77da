//! [`Spill`]: rows that wait to be read, in memory or, when they are many, in a temporary file.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, Write};

use crate::store::Value;

/// Rows in the order in which they came.
#[derive(Debug, Default)]
pub(crate) struct Spill {
    /// The first ones.
    memory: VecDeque<Vec<Value>>,
    /// How large those are.
    size: usize,
    file: Option<Place>,
}

/// The others.
#[derive(Debug)]
enum Place {
    Written(BufWriter<File>),
    Read(BufReader<File>),
}

/// So many bytes of rows stay in memory.
const LARGEST: usize = 4 * 1024 * 1024;

impl Spill {
    /// Takes a row; not after one was given out.
    ///
    /// # Errors
    /// The temporary file cannot be written.
    pub(crate) fn push(&mut self, row: Vec<Value>) -> io::Result<()> {
        if self.file.is_none() {
            let size = row.iter().map(size).sum::<usize>();
            if self.size + size <= LARGEST {
                self.size += size;
                self.memory.push_back(row);
                return Ok(());
            }
            self.file = Some(Place::Written(BufWriter::new(tempfile::tempfile()?)));
        }
        match &mut self.file {
            Some(Place::Written(file)) => write_row(file, &row),
            Some(Place::Read(_)) | None => Err(io::Error::other("rows are read already")),
        }
    }

    /// The next row.
    pub(crate) fn next(&mut self) -> Option<io::Result<Vec<Value>>> {
        if let Some(row) = self.memory.pop_front() {
            return Some(Ok(row));
        }
        match self.file.take()? {
            Place::Written(file) => {
                let rewound = file.into_inner().map_err(io::IntoInnerError::into_error);
                let rewound = rewound.and_then(|mut file| file.rewind().map(|()| file));
                match rewound {
                    Ok(file) => self.file = Some(Place::Read(BufReader::new(file))),
                    Err(error) => return Some(Err(error)),
                }
                self.next()
            }
            Place::Read(mut file) => {
                let row = read_row(&mut file).transpose();
                self.file = Some(Place::Read(file));
                row
            }
        }
    }
}

fn size(value: &Value) -> usize {
    size_of::<Value>()
        + match value {
            Value::Text(text) => text.len(),
            Value::Blob(bytes) => bytes.len(),
            Value::Null | Value::Integer(_) | Value::Real(_) => 0,
        }
}

fn write_row(file: &mut impl Write, row: &[Value]) -> io::Result<()> {
    file.write_all(&(row.len() as u64).to_le_bytes())?;
    for value in row {
        let mut tagged = |tag: u8, bytes: &[u8]| {
            file.write_all(&[tag])?;
            file.write_all(bytes)
        };
        match value {
            Value::Null => tagged(0, &[])?,
            Value::Integer(number) => tagged(1, &number.to_le_bytes())?,
            Value::Real(number) => tagged(2, &number.to_le_bytes())?,
            Value::Text(text) => {
                tagged(3, &(text.len() as u64).to_le_bytes())?;
                file.write_all(text.as_bytes())?;
            }
            Value::Blob(bytes) => {
                tagged(4, &(bytes.len() as u64).to_le_bytes())?;
                file.write_all(bytes)?;
            }
        }
    }
    Ok(())
}

/// `None` at the end.
fn read_row(file: &mut impl Read) -> io::Result<Option<Vec<Value>>> {
    let mut eight = [0; 8];
    match file.read_exact(&mut eight) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error),
    }
    let mut row = Vec::new();
    for _ in 0..u64::from_le_bytes(eight) {
        let mut tag = [0];
        file.read_exact(&mut tag)?;
        let mut eight = || {
            let mut eight = [0; 8];
            file.read_exact(&mut eight).map(|()| eight)
        };
        row.push(match tag[0] {
            0 => Value::Null,
            1 => Value::Integer(i64::from_le_bytes(eight()?)),
            2 => Value::Real(f64::from_le_bytes(eight()?)),
            tag => {
                let length =
                    usize::try_from(u64::from_le_bytes(eight()?)).map_err(io::Error::other)?;
                let mut bytes = vec![0; length];
                file.read_exact(&mut bytes)?;
                match tag {
                    3 => Value::Text(String::from_utf8(bytes).map_err(io::Error::other)?),
                    _ => Value::Blob(bytes),
                }
            }
        });
    }
    Ok(Some(row))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_back_what_it_took() {
        let row = |number: i64| {
            vec![
                Value::Integer(number),
                Value::Null,
                Value::Real(0.1),
                Value::Text("é'".repeat(200)),
                Value::Blob(vec![0, 255]),
            ]
        };
        for count in [0, 1, 100_000] {
            let mut spill = Spill::default();
            for number in 0..count {
                spill.push(row(number)).expect("written");
            }
            assert_eq!(spill.file.is_some(), count == 100_000);
            for number in 0..count {
                assert_eq!(spill.next().expect("a row").expect("read"), row(number));
            }
            assert!(spill.next().is_none());
            assert!(spill.next().is_none());
        }
    }
}
