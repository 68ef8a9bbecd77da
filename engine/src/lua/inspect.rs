//! Reading a script in Lua before anything runs: its directives and checksums, and whether it can be compiled.

use std::collections::BTreeSet;
use std::io::{self, Read};

use super::error::Uncompiled;
use super::sandbox;
use super::token::tokens;
use crate::catalog_error::CatalogError;
use crate::checksum::Checksums;
use crate::directive::{self, DirectiveError, Directives};
use crate::inspect::Ready;
use crate::runnable::Runnable;
use crate::script::ScriptId;
use crate::sql::lexer::TokenKind;
use crate::sql::render::Substitution;
use crate::sql::splitter::{Listener, without_mark};

/// The longest script, in bytes. It stays in memory until it has run.
const LONGEST: usize = 8 * 1024 * 1024;

/// What compiled Lua begins with.
const BYTE_CODE: u8 = 0x1b;

/// Reads the whole script, which keeps its text from here on.
///
/// # Errors
/// The first thing that would keep it from running.
pub(crate) fn inspect(
    script: Runnable,
    substitution: &Substitution,
) -> Result<Ready, CatalogError> {
    let id = script.id().clone();
    let text = read(&script).map_err(|source| CatalogError::Unreadable {
        script: id.clone(),
        source,
    })?;
    let refused = |source: Uncompiled| CatalogError::Lua {
        script: id.clone(),
        source: source.into(),
    };
    let text = as_text(text).map_err(refused)?;
    if text.trim().is_empty() {
        return Err(CatalogError::Empty { script: id });
    }
    let mut checksums = Checksums::default();
    checksums.text(text.as_bytes());
    for (kind, token) in tokens(&text) {
        checksums.token(kind, token.as_bytes());
    }
    let directives = directives(&id, &text)?;
    sandbox::compile(&id.file, &text).map_err(refused)?;
    Ok(Ready {
        id,
        dialect: substitution.syntax.dialect,
        checksums: checksums.finish(),
        statements: 0,
        length: text.len() as u64,
        cuts: Vec::new(),
        changes_session: false,
        asks_last_id: false,
        needs: BTreeSet::new(),
        starts_over: directives.idempotent,
        directives,
        script: script.with_text(text),
    })
}

fn read(script: &Runnable) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    let most = LONGEST as u64 + 1;
    script.open()?.take(most).read_to_end(&mut text)?;
    Ok(text)
}

fn as_text(bytes: Vec<u8>) -> Result<String, Uncompiled> {
    if bytes.len() > LONGEST {
        return Err(Uncompiled::Long(LONGEST));
    }
    if without_mark(&bytes).first() == Some(&BYTE_CODE) {
        return Err(Uncompiled::ByteCode);
    }
    let text = std::str::from_utf8(without_mark(&bytes)).map_err(|error| {
        let before = &without_mark(&bytes)[..error.valid_up_to()];
        Uncompiled::NotUtf8 {
            line: 1 + memchr::memchr_iter(b'\n', before).count(),
        }
    })?;
    Ok(text.to_owned())
}

fn directives(script: &ScriptId, text: &str) -> Result<Directives, CatalogError> {
    let mut directives = Directives::default();
    let mut in_code = false;
    for (kind, token) in tokens(text) {
        in_code |= !kind.is_layout();
        if kind != TokenKind::LineComment {
            continue;
        }
        let (directive, followed) = match (directive::text_of(token), directive::misspelt(token)) {
            (Some(directive), _) if in_code => (directive, Err(DirectiveError::Late)),
            (Some(directive), _) => (directive, directives.take_of_program(directive)),
            (None, Some(meant)) => (meant, Err(DirectiveError::Head)),
            (None, None) => continue,
        };
        followed.map_err(|error| CatalogError::Directive {
            script: script.clone(),
            text: directive.to_owned(),
            source: error.into(),
        })?;
    }
    Ok(directives)
}
