//! Files of the checkout. One that changed since it was read is left alone.

use std::path::Path;

use crate::engine::Services;
use crate::failure::{Code, Failure, Result};
use crate::repo::Checkout;

pub(super) fn write(
    services: &dyn Services,
    path: &Path,
    before: Option<&str>,
    after: &str,
    executable: bool,
) -> Result {
    let checkout = checkout(services)?;
    require_unchanged(checkout, path, before)?;
    Ok(checkout.write_atomic(path, after, executable)?)
}

pub(super) fn remove(services: &dyn Services, path: &Path, before: &str) -> Result {
    let checkout = checkout(services)?;
    require_unchanged(checkout, path, Some(before))?;
    Ok(checkout.remove(path)?)
}

fn checkout(services: &dyn Services) -> Result<&Checkout> {
    services.checkout()?.ok_or_else(|| Failure::new(Code::Failed, "the checkout no longer exists"))
}

fn require_unchanged(checkout: &Checkout, path: &Path, before: Option<&str>) -> Result {
    if checkout.read(path)?.as_deref() == before {
        return Ok(());
    }
    let message = format!("`{}` was changed by someone else since it was read", path.display());
    Err(Failure::new(Code::Failed, message)
        .hint("run the same command again: it plans from what is in the file"))
}
