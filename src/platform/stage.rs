//! The stages of a pipeline (<https://devcenter.heroku.com/articles/pipelines>).

/// A stage; they are ordered as a slug is promoted through them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Apps made for pull requests.
    Review,
    /// Kept for older pipelines.
    Development,
    /// Before production.
    Staging,
    /// The last one.
    Production,
}

impl Stage {
    /// All of them, in their order.
    pub const ALL: [Self; 4] = [Self::Review, Self::Development, Self::Staging, Self::Production];

    /// The stage of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.as_str() == name)
    }

    /// The platform's name for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Review => "review",
            Self::Development => "development",
            Self::Staging => "staging",
            Self::Production => "production",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stages_are_ordered_as_slugs_are_promoted() {
        assert!(Stage::ALL.is_sorted());
        assert!(Stage::parse("staging") < Stage::parse("production"));
        assert_eq!(Stage::parse("test"), None);
    }
}
