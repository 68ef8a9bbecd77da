//! What rusqlite gives and takes, as the engine has it: values and errors.

use rusqlite::ErrorCode;
use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};

use super::super::{Fault, StoreError, Value};

impl From<ValueRef<'_>> for Value {
    fn from(value: ValueRef<'_>) -> Self {
        match value {
            ValueRef::Null => Self::Null,
            ValueRef::Integer(number) => Self::Integer(number),
            ValueRef::Real(number) => Self::Real(number),
            ValueRef::Text(text) => Self::Text(String::from_utf8_lossy(text).into_owned()),
            ValueRef::Blob(bytes) => Self::Blob(bytes.to_vec()),
        }
    }
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Integer(number) => ValueRef::Integer(*number),
            Self::Real(number) => ValueRef::Real(*number),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

/// SQLite's answer, in its own words.
pub(super) fn store_error(error: rusqlite::Error) -> StoreError {
    match error {
        rusqlite::Error::SqlInputError { msg, offset, .. } => {
            StoreError::new(Fault::Refused, msg).at(usize::try_from(offset).ok())
        }
        rusqlite::Error::SqliteFailure(failure, _)
            if failure.code == ErrorCode::OperationInterrupted =>
        {
            StoreError::new(
                Fault::Refused,
                "the statement took longer than its time-out",
            )
        }
        rusqlite::Error::SqliteFailure(failure, message) => {
            let message = message.unwrap_or_else(|| failure.to_string());
            StoreError::new(fault(failure.code), message)
        }
        other => StoreError::new(Fault::Refused, other.to_string()),
    }
}

fn fault(code: ErrorCode) -> Fault {
    match code {
        ErrorCode::DatabaseBusy => Fault::Busy,
        ErrorCode::ReadOnly => Fault::ReadOnly,
        ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt => Fault::NotADatabase,
        ErrorCode::DiskFull => Fault::Full,
        ErrorCode::CannotOpen | ErrorCode::PermissionDenied => Fault::CannotOpen,
        ErrorCode::SystemIoFailure | ErrorCode::FileLockingProtocolFailed => Fault::Io,
        _ => Fault::Refused,
    }
}
