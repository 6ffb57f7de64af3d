use std::sync::{Arc, Mutex, PoisonError};

use tokio_postgres::error::DbError as DriverError;

/// More notices than this between two [`super::Session::take_notices`] are counted, not kept: a migration can raise
/// one for each of a million rows.
const KEPT: usize = 1_000;

/// Something the server said that is not an error: `NOTICE`, `WARNING`, `INFO`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// `NOTICE`, `WARNING`, `INFO`, `LOG` or `DEBUG`, in English.
    pub severity: String,
    /// The text.
    pub message: String,
    /// SQLSTATE; `00000` for plain notices.
    pub code: String,
    /// Further facts.
    pub detail: Option<String>,
    /// The server's own suggestion.
    pub hint: Option<String>,
}

/// The notices of one session, in the order of their arrival.
#[derive(Debug, Clone, Default)]
pub(super) struct Notices(Arc<Mutex<(Vec<Notice>, usize)>>);

impl Notices {
    pub fn add(&self, notice: &DriverError) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.0.len() >= KEPT {
            kept.1 += 1;
            return;
        }
        kept.0.push(Notice {
            severity: notice.parsed_severity().map_or_else(|| notice.severity().to_owned(), |known| known.to_string()),
            message: notice.message().to_owned(),
            code: notice.code().code().to_owned(),
            detail: notice.detail().map(str::to_owned),
            hint: notice.hint().map(str::to_owned),
        });
    }

    pub fn forget(&self, code: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).0.retain(|notice| notice.code != code);
    }

    pub fn take(&self) -> Vec<Notice> {
        let (mut notices, more) = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        if more > 0 {
            notices.push(Notice {
                severity: "NOTICE".to_owned(),
                message: format!("{more} further notices are not shown"),
                code: "00000".to_owned(),
                detail: None,
                hint: None,
            });
        }
        notices
    }
}
