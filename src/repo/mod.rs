//! The user's checkout: git, and the files under `datadog/`.
