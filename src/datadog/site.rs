//! Datadog's sites: where an organization's data lives (<https://docs.datadoghq.com/getting_started/site/>).

use std::fmt;

/// One of Datadog's sites.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Site(&'static str);

/// Every site there is, the default first.
pub const SITES: [Site; 9] = [
    Site("datadoghq.com"),
    Site("us3.datadoghq.com"),
    Site("us5.datadoghq.com"),
    Site("datadoghq.eu"),
    Site("ap1.datadoghq.com"),
    Site("ap2.datadoghq.com"),
    Site("uk1.datadoghq.com"),
    Site("ddog-gov.com"),
    Site("us2.ddog-gov.com"),
];

impl Site {
    /// The site whose domain, or whose web or API host, `text` names; case and a URL around it do not matter.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_ascii_lowercase();
        let host = text.trim_start_matches("https://").split(['/', ':']).next().unwrap_or_default();
        let bare = host.strip_prefix("app.").or_else(|| host.strip_prefix("api.")).unwrap_or(host);
        SITES.into_iter().find(|site| site.0 == bare || site.short() == Some(bare))
    }

    /// The site with exactly this domain, which is how the Agent reads a stored `DD_SITE`.
    pub fn stored(text: &str) -> Option<Self> {
        SITES.into_iter().find(|site| site.0 == text)
    }

    /// The short name people use: `us3` for `us3.datadoghq.com`, `eu` for `datadoghq.eu`.
    fn short(self) -> Option<&'static str> {
        match self.0 {
            "datadoghq.com" => Some("us1"),
            "datadoghq.eu" => Some("eu"),
            "ddog-gov.com" => Some("gov"),
            other => other.split_once(".datadoghq.com").map(|(short, _)| short),
        }
    }

    /// The domain, as `DD_SITE` has it.
    pub fn domain(self) -> &'static str {
        self.0
    }

    /// Base URL of the API.
    pub fn api(self) -> String {
        format!("https://api.{}", self.0)
    }

    /// Where a person signs in.
    pub fn web(self) -> String {
        match self.0 {
            "datadoghq.com" | "datadoghq.eu" | "ddog-gov.com" => format!("https://app.{}", self.0),
            other => format!("https://{other}"),
        }
    }

    /// Host of the log intake.
    pub fn logs_host(self) -> String {
        format!("http-intake.logs.{}", self.0)
    }
}

impl Default for Site {
    fn default() -> Self {
        SITES[0]
    }
}

impl fmt::Display for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_is_known_by_its_domain_its_hosts_and_its_short_name() {
        for text in [
            "datadoghq.eu",
            "DATADOGHQ.EU",
            "https://app.datadoghq.eu/",
            "api.datadoghq.eu",
            "eu",
            " datadoghq.eu ",
        ] {
            assert_eq!(Site::parse(text).map(Site::domain), Some("datadoghq.eu"), "{text}");
        }
        assert_eq!(Site::parse("us5").map(Site::domain), Some("us5.datadoghq.com"));
        for text in ["", "datadoghq", "datadoghq.com.evil.example", "evil.example/datadoghq.com", "us9"] {
            assert_eq!(Site::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_stored_site_is_the_domain_and_nothing_else() {
        assert_eq!(Site::stored("datadoghq.eu").map(Site::domain), Some("datadoghq.eu"));
        for text in
            ["EU", "eu", "Datadoghq.eu", "https://app.datadoghq.eu", "datadoghq.eu/", " datadoghq.eu", ""]
        {
            assert_eq!(Site::stored(text), None, "{text}");
        }
    }

    #[test]
    fn the_web_address_has_app_in_front_only_where_datadog_has_it() {
        assert_eq!(Site::default().web(), "https://app.datadoghq.com");
        assert_eq!(Site::parse("us3").map(Site::web).as_deref(), Some("https://us3.datadoghq.com"));
    }
}
