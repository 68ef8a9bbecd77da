//! The database's URL: what it means, and that nobody else reads its password.

use std::path::{Path, PathBuf};

use crate::config::ConfigError;

/// Which database is configured.
pub(crate) enum Database {
    Sqlite(PathBuf),
    /// By its URL, which may hold a password.
    Mysql(String),
}

/// The database that a URL such as `sqlite:shop.db`, `sqlite:///srv/shop.db` or `mysql://user@host/shop` means; the
/// path of a file is relative to `folder`. What stands behind the scheme may be secret.
pub(crate) fn database(url: &str, folder: &Path) -> Result<Database, ConfigError> {
    let Some((scheme, rest)) = url.split_once(':') else {
        return Err(ConfigError::new(
            "the database's URL has no scheme; write it as in sqlite:shop.db or mysql://user@host/shop",
        ));
    };
    match scheme {
        "sqlite" => {
            let path = rest.strip_prefix("//").unwrap_or(rest);
            Ok(Database::Sqlite(folder.join(path)))
        }
        "mysql" | "mariadb" => Ok(Database::Mysql(url.to_owned())),
        _ => Err(ConfigError::new(
            "the database's URL has a scheme that is not known; there are sqlite:, mysql: and mariadb:",
        )),
    }
}

/// Every user of the machine can read command lines. `variable`: where in the environment the URL may stand.
pub(crate) fn refuse_a_shown_password(url: &str, variable: &str) -> Result<(), ConfigError> {
    let mut arguments = std::env::args_os();
    let shown = |argument: std::ffi::OsString| argument.to_string_lossy().contains(url);
    if has_password(url) && arguments.any(shown) {
        return Err(ConfigError::new(format!(
            "the database's URL has a password, which everybody on this machine can read on a command line; \
             put it into {variable} or the configuration file"
        )));
    }
    Ok(())
}

/// Whether a URL has a password; where it cannot be read, whether it may.
pub(crate) fn has_password(url: &str) -> bool {
    let user = url.split_once("://").and_then(|(_, rest)| {
        let place = rest.split('?').next()?;
        place.rsplit_once('@').map(|(user, _)| user)
    });
    user.is_some_and(|user| user.contains(':'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_urls() {
        let rows = [
            ("sqlite:shop.db", "sqlite shop.db"),
            ("sqlite:/srv/shop.db", "sqlite /srv/shop.db"),
            ("sqlite:///srv/shop.db", "sqlite /srv/shop.db"),
            ("sqlite://shop.db", "sqlite shop.db"),
            ("mysql://root:secret@host/shop", "mysql"),
            ("mariadb://host/shop", "mysql"),
            (
                "shop.db",
                "the database's URL has no scheme; write it as in sqlite:shop.db or mysql://user@host/shop",
            ),
            (
                "postgres://root:secret@host/shop",
                "the database's URL has a scheme that is not known; there are sqlite:, mysql: and mariadb:",
            ),
        ];
        for (url, expected) in rows {
            let found = match database(url, Path::new("")) {
                Ok(Database::Sqlite(path)) => format!("sqlite {}", path.display()),
                Ok(Database::Mysql(_)) => "mysql".to_owned(),
                Err(error) => error.to_string(),
            };
            assert_eq!(found, expected, "{url}");
        }
    }

    #[test]
    fn sees_passwords() {
        let rows = [
            ("mysql://root:secret@host/shop", true),
            ("mysql://root:p@ss@host:3306/shop", true),
            ("mysql://root:p/ss@host/shop", true),
            ("mysql://root@host:3306/shop", false),
            ("mysql://host:3306/shop?socket=/a@b:c", false),
            ("sqlite:shop.db", false),
        ];
        for (url, expected) in rows {
            assert_eq!(has_password(url), expected, "{url}");
        }
    }
}
