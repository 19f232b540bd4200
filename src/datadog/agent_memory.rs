//! The value of `DD_HEROKU_AGENT_MEMORY`: what the agents of a dyno may use together.

/// Less is a number whose unit was forgotten.
const LEAST: u64 = 1 << 20;
/// No dyno has as much.
const MOST: u64 = 1 << 50;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AgentMemory {
    /// By the dyno's limit.
    Auto,
    /// Nothing is limited.
    Off,
    /// So many bytes.
    Bytes(u64),
}

impl AgentMemory {
    /// `auto`, `off`, or a number with K, M or G, which may be followed by B or iB; without a letter it is bytes. A number
    /// may have decimals: `1.5G`.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_ascii_lowercase();
        match text.as_str() {
            "" | "auto" => return Some(Self::Auto),
            "off" | "false" | "0" => return Some(Self::Off),
            _ => {}
        }
        let (number, unit) =
            text.split_at(text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len()));
        let unit = match unit.strip_suffix("ib").or_else(|| unit.strip_suffix('b')).unwrap_or(unit) {
            "" => 1,
            "k" => 1 << 10,
            "m" => 1 << 20,
            "g" => 1 << 30,
            _ => return None,
        };
        let (whole, decimals) = number.trim().split_once('.').unwrap_or((number.trim(), "0"));
        let thousandths = format!("{decimals:0<3}").get(..3)?.parse::<u64>().ok()?;
        let bytes = whole.parse::<u64>().ok()?.checked_mul(unit)?.checked_add(thousandths * unit / 1000)?;
        (LEAST..MOST).contains(&bytes).then_some(Self::Bytes(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_read_in_every_usual_form() {
        let size = Some(AgentMemory::Bytes(200 << 20));
        for (text, asked) in [
            ("", Some(AgentMemory::Auto)),
            ("Auto", Some(AgentMemory::Auto)),
            ("off", Some(AgentMemory::Off)),
            ("200M", size),
            (" 200 mb ", size),
            ("200MiB", size),
            ("204800k", size),
            ("209715200", size),
            ("1G", Some(AgentMemory::Bytes(1 << 30))),
            ("1.5G", Some(AgentMemory::Bytes(3 << 29))),
            ("0.25 GB", Some(AgentMemory::Bytes(1 << 28))),
            ("1.2.3G", None),
            ("1.é5G", None),
            (".5G", None),
            ("200", None),
            ("-5M", None),
            ("half", None),
            ("99999999999999999999G", None),
        ] {
            assert_eq!(AgentMemory::parse(text), asked, "{text}");
        }
    }
}
