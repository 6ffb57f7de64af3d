use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Source};
use crate::project::{Header, Project};
use crate::verify::{self, VerifyError};

/// The checks that a header names, each of which must be one that there is.
///
/// # Errors
/// A diagnostic for each that matches none.
pub(super) fn named(header: &Header, source: &Arc<Source>, project: &Project) -> Result<Vec<String>, Vec<Diagnostic>> {
    let mut unknown = Vec::new();
    for check in &header.checks {
        if let Err(error) = verify::known(&project.checks.declared, std::slice::from_ref(&check.value)) {
            let mut diagnostic = Diagnostic::error("M521", error.to_string()).label(source, check.span, "");
            if let VerifyError::NoSuchCheck { near: Some(near), .. } = error {
                diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
            }
            unknown.push(diagnostic);
        }
    }
    if unknown.is_empty() { Ok(header.checks.iter().map(|check| check.value.clone()).collect()) } else { Err(unknown) }
}
